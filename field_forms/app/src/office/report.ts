/** A report of the office, opened to be changed. */
import type { Snapshot } from '../form/index.ts';
import { fetched } from './asking.ts';

interface Detail {
  current_instance_id: string;
  officer: string | null;
  xml: string;
  attachments: { name: string; received: boolean }[];
}

export interface Opened {
  /** Where it stands in the API. */
  address: string;
  officer: string;
  snapshot: Snapshot;
}

export async function opened(address: string): Promise<Opened> {
  const told = await detail(address);
  const files: Snapshot['files'] = [];
  for (const { name, received } of told.attachments) {
    if (!received) continue;
    const path = `/api/v1/submissions/${encodeURIComponent(told.current_instance_id)}/attachments/${encodeURIComponent(name)}`;
    files.push({ name, blob: await (await fetched(path)).blob() });
  }
  return { address, officer: told.officer ?? '', snapshot: { xml: told.xml, files, instanceId: told.current_instance_id } };
}

export async function newestId(address: string): Promise<string> {
  return (await detail(address)).current_instance_id;
}

const detail = async (address: string): Promise<Detail> => (await (await fetched(address)).json()) as Detail;

/** The same answers as a change of another version. */
export function changing(snapshot: Snapshot, version: string): Snapshot {
  const escaped = version.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
  const xml = snapshot.xml.replace(/(<(?:[\w.-]+:)?deprecatedID>)[^<]*/, (_, tag: string) => tag + escaped);
  return { ...snapshot, xml, deprecatedId: version };
}
