import { changed } from './channel.ts';
import { records } from './csv.ts';
import { database, write, type Deployment, type Feedback, type FormVersion, type Pack, type StoredFile } from './db.ts';

/** These lists are the same for every version of a form, and the newest is the right one. */
const LIVE = new Set(['villages.csv', 'deployments.csv', 'technologies.csv', 'centres.csv']);

export async function pack(profile: string): Promise<Pack | undefined> {
  return (await database()).get('packs', profile);
}

export async function versions(profile: string): Promise<FormVersion[]> {
  return (await database()).getAllFromIndex('versions', 'profile', profile);
}

export async function deployments(profile: string): Promise<Deployment[]> {
  return (await database()).getAllFromIndex('deployments', 'profile', profile);
}

export async function has(sha256: string): Promise<boolean> {
  return (await (await database()).count('files', sha256)) > 0;
}

export async function keep(file: StoredFile): Promise<void> {
  await write(['files'], (tx) => tx.objectStore('files').put(file));
}

async function text(sha256: string): Promise<string> {
  const file = await (await database()).get('files', sha256);
  if (!file) return '';
  return typeof file.content === 'string' ? file.content : file.content.text();
}

/** The form as it was when the draft began, with the newest of the lists that change by the day. */
export async function files(profile: string, formId: string, version: string): Promise<{ xform: string; media: Map<string, string | Blob> } | null> {
  const all = await versions(profile);
  const found = all.find((v) => v.form_id === formId && v.version === version);
  if (!found || !(await has(found.sha256))) return null;
  const newest = new Map<string, string>();
  for (const other of all) if (other.current) for (const m of other.media) newest.set(m.filename, m.sha256);
  const media = new Map<string, string | Blob>();
  for (const { filename, sha256 } of found.media) {
    const now = LIVE.has(filename) ? (newest.get(filename) ?? sha256) : sha256;
    const db = await database();
    const file = (await db.get('files', now)) ?? (await db.get('files', sha256));
    if (file) media.set(filename, file.content);
  }
  return { xform: await text(found.sha256), media };
}

/** A live list of this profile, from whichever form carries it. */
export async function list(profile: string, filename: string): Promise<Record<string, string>[]> {
  for (const version of await versions(profile)) {
    const media = version.current ? version.media.find((m) => m.filename === filename) : undefined;
    if (media) return records(await text(media.sha256));
  }
  return [];
}

export interface Change {
  pack: Pack;
  versions: FormVersion[];
  /** Drop what is not in this answer. */
  full: boolean;
  deployments: Deployment[];
  gone: string[];
  feedback: Feedback[];
}

/** All of one answer of the office, or nothing of it. Form versions that a report on this phone was written with stay. */
export async function take(profile: string, change: Change): Promise<void> {
  await write(['packs', 'versions', 'deployments', 'feedback', 'reports'], async (tx) => {
    const stored = tx.objectStore('versions');
    const needed = new Set(
      (await tx.objectStore('reports').index('profile').getAll(profile))
        .map((report) => `${report.form_id}\n${report.version}`),
    );
    const live = new Map(change.versions.flatMap((v) => v.media.map((m) => [m.filename, m] as const)));
    const current = new Set(change.versions.map((v) => `${v.form_id}\n${v.version}`));
    for (const old of await stored.index('profile').getAll(profile)) {
      const name = `${old.form_id}\n${old.version}`;
      if (current.has(name)) continue;
      if (needed.has(name)) {
        const media = old.media.map((m) => (LIVE.has(m.filename) ? (live.get(m.filename) ?? m) : m));
        await stored.put({ ...old, media, current: false });
      }
      if (!needed.has(name)) await stored.delete([profile, old.form_id, old.version]);
    }
    for (const version of change.versions) await stored.put(version);

    const places = tx.objectStore('deployments');
    if (change.full) {
      const kept = new Set(change.deployments.map((d) => d.uuid));
      for (const key of await places.index('profile').getAllKeys(profile)) {
        if (!kept.has(key[1])) await places.delete(key);
      }
    }
    for (const uuid of change.gone) await places.delete([profile, uuid]);
    for (const deployment of change.deployments) await places.put(deployment);
    for (const row of change.feedback) await tx.objectStore('feedback').put(row);
    await tx.objectStore('packs').put(change.pack);
  });
  await sweep();
  changed();
}

/** Contents that no form version names any more. */
async function sweep(): Promise<void> {
  await write(['versions', 'files'], async (tx) => {
    const used = new Set<string>();
    for (const version of await tx.objectStore('versions').getAll()) {
      used.add(version.sha256);
      for (const media of version.media) used.add(media.sha256);
    }
    const store = tx.objectStore('files');
    for (const key of await store.getAllKeys()) {
      if (!used.has(key) && !/^(last-photo|outlines):/.test(key)) await store.delete(key);
    }
  });
}

/** The districts of this profile as GeoJSON, and of which list of villages they are. */
export async function outlines(profile: string): Promise<{ shapes: unknown; of: string } | null> {
  const found = await (await database()).get('files', `outlines:${profile}`);
  return found && typeof found.content === 'string' ? { shapes: JSON.parse(found.content), of: found.day ?? '' } : null;
}

export async function lastPhoto(uuid: string): Promise<Blob | null> {
  const found = await (await database()).get('files', `last-photo:${uuid}`);
  return found && found.content instanceof Blob ? found.content : null;
}

export async function dayOfLastPhoto(uuid: string): Promise<string | undefined> {
  return (await (await database()).get('files', `last-photo:${uuid}`))?.day;
}
