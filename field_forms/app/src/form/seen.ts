/** What a changed report is worked out from: its deployment as its author saw it, not as the report itself left it. */
import type { Row } from './lists.ts';

export interface Seen {
  file: string;
  name: string;
  /** Columns of the list's row, as they were then. */
  columns: Row;
}

/** The entity that a report changes, with how many units stood there and its version; null where it changes none. */
export function seen(xml: string): Seen | null {
  const root = new DOMParser().parseFromString(xml, 'application/xml').documentElement;
  const entity = root.getElementsByTagNameNS('*', 'entity')[0];
  const [list, name, version] = ['dataset', 'id', 'baseVersion'].map((attribute) => entity?.getAttribute(attribute) ?? '');
  if (!entity || !list || !name || !entity.getAttribute('update')) return null;
  const before = root.getElementsByTagNameNS('*', 'installed_before')[0]?.textContent?.trim();
  const columns: Row = before ? { installed: before } : {};
  if (version) {
    columns['__version'] = version;
    columns['__trunkVersion'] = entity.getAttribute('trunkVersion') ?? '';
    columns['__branchId'] = entity.getAttribute('branchId') ?? '';
  }
  return { file: `${list}.csv`, name, columns };
}
