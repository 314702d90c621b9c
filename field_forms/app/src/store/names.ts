import { deployments, list, versions, files } from './packs.ts';
import { database, type Deployment, type Named } from './db.ts';
import { deploymentFrom, entityOf, nameOf, parse, value } from './instance.ts';

/** What a report is about, from its answers and this phone's lists. */
export async function nameFor(profile: string, root: Element, title: Named): Promise<{ name: Named; village: Named }> {
  const uuid = value(root, 'deployment');
  const deployment = uuid ? await deploymentNamed(profile, uuid) : null;
  const village = deployment ? villageOf(deployment) : await villageIn(profile, root);
  const technology = deployment ? technologyOf(deployment) : await technologyIn(profile, root);
  return { name: nameOf(technology, village, title), village: village ?? title };
}

export const technologyOf = (d: Deployment): Named => ({ en: d.technology_name || d.label, hi: d.technology_name_hi });
export const villageOf = (d: Deployment): Named => ({ en: d.village_name, hi: d.village_name_local });
export const nameOfDeployment = (d: Deployment): Named => nameOf(technologyOf(d), d.village_name ? villageOf(d) : null, technologyOf(d));

async function deploymentNamed(profile: string, uuid: string): Promise<Deployment | null> {
  const stored = await (await database()).get('deployments', [profile, uuid]);
  return stored ?? (await offline(profile)).find((found) => found.deployment.uuid === uuid)?.deployment ?? null;
}

async function villageIn(profile: string, root: Element): Promise<Named | null> {
  const code = value(root, 'village');
  const row = code ? (await list(profile, 'villages.csv')).find((v) => v['name'] === code) : undefined;
  if (row) return { en: row['label'] ?? code, hi: row['label_local'] ?? '' };
  const other = value(root, 'village_other');
  return other ? { en: other } : null;
}

async function technologyIn(profile: string, root: Element): Promise<Named | null> {
  const slug = value(root, 'technology');
  const row = slug ? (await list(profile, 'technologies.csv')).find((t) => t['name'] === slug) : undefined;
  return row ? { en: row['label'] ?? slug, hi: row['label_hi'] ?? '' } : null;
}

export interface OfflineDeployment { deployment: Deployment; row: Record<string, string>; finished: boolean }

/** Deployments registered on this phone that the office's list does not have yet: they can be reported on at once. */
export async function offline(profile: string): Promise<OfflineDeployment[]> {
  const db = await database();
  const own = (await db.getAllFromIndex('reports', 'profile', profile)).filter((r) => r.form_id === 'deployment_registration');
  if (own.length === 0) return [];
  const known = new Set((await deployments(profile)).map((d) => d.uuid));
  const all = await versions(profile);
  const xforms = new Map<string, string>();
  const out: OfflineDeployment[] = [];
  for (const report of own) {
    if (report.state === 'draft' || report.state === 'rejected') continue;
    const version = all.find((v) => v.form_id === report.form_id && v.version === report.version) ?? all.find((v) => v.form_id === report.form_id);
    if (!version) continue;
    if (!xforms.has(version.version)) xforms.set(version.version, (await files(profile, version.form_id, version.version))?.xform ?? '');
    const row = entityOf(report.xml, xforms.get(version.version) ?? '');
    if (!row || known.has(row['name'] ?? '')) continue;
    const { root } = parse(report.xml);
    const names = {
      technology: (await technologyIn(profile, root)) ?? { en: row['label'] ?? '' },
      village: (await villageIn(profile, root)) ?? { en: '' },
    };
    row['label'] ||= `${names.technology.en}, ${names.village.en}`;
    out.push({ deployment: deploymentFrom(row, profile, names), row, finished: true });
  }
  return out;
}
