import type { Deployment, Named } from './db.ts';

const ENTITIES = 'http://www.opendatakit.org/xforms/entities';

export interface Instance {
  form_id: string;
  version: string;
  root: Element;
}

export function parse(xml: string): Instance {
  const root = new DOMParser().parseFromString(xml, 'application/xml').documentElement;
  return { form_id: root.getAttribute('id') ?? '', version: root.getAttribute('version') ?? '', root };
}

/** The first answer by this question's name, wherever its group is. */
export function value(root: Element, name: string): string {
  for (const element of root.getElementsByTagNameNS('*', name)) {
    if (element.childElementCount === 0 && element.localName === name) return (element.textContent ?? '').trim();
  }
  return '';
}

/** How many questions have an answer; metadata are no answers. */
export function answered(root: Element): number {
  const metadata = new Set(['start', 'end', 'today', 'deviceid', 'username', 'instanceID', 'instanceName', 'deprecatedID']);
  let count = 0;
  for (const element of root.getElementsByTagName('*')) {
    const leaf = element.childElementCount === 0 && (element.textContent ?? '').trim() !== '';
    if (leaf && !metadata.has(element.localName) && element.closest('meta') === null) count += 1;
  }
  return count;
}

export function idsOf(root: Element): { instance: string; deprecated: string } {
  return { instance: value(root, 'instanceID'), deprecated: value(root, 'deprecatedID') };
}

/** The deployment that this registration makes, as a row of deployments.csv; null when it makes none. */
export function entityOf(xml: string, xform: string): Record<string, string> | null {
  const { root } = parse(xml);
  const entity = root.getElementsByTagNameNS('*', 'entity')[0]; // the engine writes it without its namespace
  if (!entity || entity.getAttribute('dataset') !== 'deployments') return null;
  const create = entity.getAttribute('create');
  const id = entity.getAttribute('id') ?? '';
  if (!id || (create !== '1' && create !== 'true')) return null;
  const row: Record<string, string> = { name: id, __version: '1', __trunkVersion: '', __branchId: '' };
  row['label'] = (entity.getElementsByTagNameNS('*', 'label')[0]?.textContent ?? '').trim();
  for (const bind of new DOMParser().parseFromString(xform, 'application/xml').getElementsByTagNameNS('*', 'bind')) {
    const property = bind.getAttributeNS(ENTITIES, 'saveto');
    const leaf = bind.getAttribute('nodeset')?.split('/').pop();
    if (property && leaf) row[property] = value(root, leaf);
  }
  row['geometry'] ||= value(root, 'position');
  row['plate'] ||= value(root, 'plate');
  return row;
}

/** What a list shows of a report: technology and village, else the village, else the form's title. */
export function nameOf(technology: Named | null, village: Named | null, title: Named): Named {
  if (technology && village) return joined(technology, village);
  if (village) return joined(title, village);
  return title;
}

function joined(left: Named, right: Named): Named {
  const en = `${left.en}, ${right.en}`;
  return { en, hi: `${left.hi || left.en}, ${right.hi || right.en}` };
}

export function deploymentFrom(row: Record<string, string>, profile: string, names: { technology: Named; village: Named }): Deployment {
  const [lat, lon] = (row['geometry'] ?? '').split(' ').map(Number);
  const placed = Number.isFinite(lat) && Number.isFinite(lon) && (row['geometry'] ?? '') !== '';
  return {
    profile,
    uuid: row['name'] ?? '',
    version: 1,
    label: row['label'] ?? '',
    technology: row['technology'] ?? '',
    technology_name: names.technology.en,
    technology_name_hi: names.technology.hi ?? '',
    village: row['village'] ?? '',
    village_name: names.village.en,
    village_name_local: names.village.hi ?? '',
    hamlet: row['hamlet'] ?? '',
    lat: placed ? (lat ?? null) : null,
    lon: placed ? (lon ?? null) : null,
    condition: 'registered',
    last_visit: null,
    due_on: null,
    installed: Number(row['installed']) || null,
    plate: row['plate'] ?? '',
  };
}
