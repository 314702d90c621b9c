import type { Snapshot } from '../form/index.ts';
import { changed } from './channel.ts';
import { database, UNSENT, write, type Feedback, type Named, type Photo, type Report, type State, type Writing } from './db.ts';
import { answered, idsOf, parse, value } from './instance.ts';
import { nameFor } from './names.ts';

export async function reports(profile: string): Promise<Report[]> {
  return (await database()).getAllFromIndex('reports', 'profile', profile);
}

export async function allReports(): Promise<Report[]> {
  return (await database()).getAll('reports');
}

export async function report(key: string): Promise<Report | undefined> {
  return (await database()).get('reports', key);
}

export async function photos(key: string): Promise<Photo[]> {
  return (await database()).getAllFromIndex('photos', 'report', key);
}

export const isUnsent = (found: Report): boolean => UNSENT.includes(found.state);

/** What `openForm` goes on from. */
export async function snapshot(key: string): Promise<Snapshot | null> {
  const found = await report(key);
  if (!found) return null;
  const files = (await photos(key)).map(({ name, blob }) => ({ name, blob }));
  return { xml: found.xml, files, instanceId: found.instance_id, ...(found.deprecated_id ? { deprecatedId: found.deprecated_id } : {}) };
}

export interface Begun { key: string; profile: string; form_id: string; version: string; title: Named; edits?: string }

/** Writes one draft again and again: answers and photos in one transaction, and of the photos only what is new. */
export class Keeper {
  private written = new Map<string, Blob>();
  private done: Promise<unknown> = Promise.resolve();

  constructor(readonly begun: Begun, files: { name: string; blob: Blob }[]) {
    for (const file of files) this.written.set(file.name, file.blob);
  }

  draft(of: Snapshot): Promise<Report> {
    return this.after(() => this.store(of, 'draft'));
  }

  /** Into the outbox, in the same transaction that ends the draft. */
  finish(of: Snapshot): Promise<Report> {
    return this.after(() => this.store(of, 'waiting'));
  }

  private after<T>(work: () => Promise<T>): Promise<T> {
    const next = this.done.then(work, work);
    this.done = next.catch(() => undefined);
    return next;
  }

  private async store(of: Snapshot, state: 'draft' | 'waiting'): Promise<Report> {
    const described = await describe(of, this.begun);
    const hashes = new Map<string, string>();
    if (state === 'waiting') for (const file of of.files) hashes.set(file.name, await sha256(file.blob));
    const stored = await write(['reports', 'photos'], async (tx) => {
      const before = await tx.objectStore('reports').get(this.begun.key);
      if (before && before.state !== 'draft') return before; // finished in another window: a late draft must not undo it
      const now = new Date().toISOString();
      const next: Report = {
        ...described,
        state,
        begun_at: before?.begun_at ?? now,
        saved_at: now,
        ...(state === 'waiting' ? { finished_at: now } : {}),
      };
      await tx.objectStore('reports').put(next);
      await this.putPhotos(tx, of, hashes);
      return next;
    });
    this.written = new Map(of.files.map((file) => [file.name, file.blob]));
    changed();
    return stored;
  }

  private async putPhotos(tx: Writing, of: Snapshot, hashes: Map<string, string>): Promise<void> {
    const store = tx.objectStore('photos');
    const names = new Set(of.files.map((file) => file.name));
    for (const key of await store.index('report').getAllKeys(this.begun.key)) {
      if (!names.has(key[1])) await store.delete(key);
    }
    for (const { name, blob } of of.files) {
      const hash = hashes.get(name) ?? '';
      if (!hash && isSame(this.written.get(name), blob)) continue;
      await store.put({ report: this.begun.key, name, blob, sha256: hash, arrived: false, aside: false, url: '', sent: 0, tries: 0 });
    }
  }
}

/** Enough for a draft, whose every new photo has a new name; a report that is finished is written whole. */
const isSame = (before: Blob | undefined, now: Blob): boolean =>
  before === now || (before?.size === now.size && before.type === now.type);

async function describe(of: Snapshot, begun: Begun): Promise<Report> {
  const { root } = parse(of.xml);
  const ids = idsOf(root);
  const instance = of.instanceId || ids.instance;
  const { name, village } = await nameFor(begun.profile, root, begun.title);
  const original = begun.edits ? await report(begun.edits) : undefined;
  const deprecated = of.deprecatedId ?? ids.deprecated;
  return {
    key: begun.key,
    profile: begun.profile,
    state: 'draft',
    form_id: begun.form_id,
    version: begun.version,
    instance_id: instance,
    ...(deprecated ? { deprecated_id: deprecated } : {}),
    first_id: original?.first_id || deprecated || instance,
    ...(begun.edits ? { edits: begun.edits } : {}),
    xml: of.xml,
    form: begun.title,
    name,
    village,
    deployment: value(root, 'deployment'),
    visit_date: value(root, 'visit_date'),
    answers: answered(root),
    photos: of.files.length,
    bytes: of.files.reduce((sum, file) => sum + file.blob.size, of.xml.length),
    begun_at: '',
    saved_at: '',
    kept: false,
    tries: 0,
  };
}

export async function sha256(blob: Blob): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function change(key: string, part: Partial<Report>): Promise<void> {
  await write(['reports'], async (tx) => {
    const store = tx.objectStore('reports');
    const found = await store.get(key);
    if (found) await store.put({ ...found, ...part });
  });
  changed();
}

export async function changePhoto(key: string, name: string, part: Partial<Photo>): Promise<void> {
  await write(['photos'], async (tx) => {
    const store = tx.objectStore('photos');
    const found = await store.get([key, name]);
    if (found) await store.put({ ...found, ...part });
  });
}

/** The receipt of report and photos: the one place where a report stops being unsent. What it changed is let go. */
export async function receipted(key: string, kept: boolean, at: string): Promise<void> {
  await write(['reports', 'photos'], async (tx) => {
    const store = tx.objectStore('reports');
    const found = await store.get(key);
    if (!found || !isUnsent(found)) return;
    const state: State = kept ? 'kept_aside' : found.edits ? 'reviewing' : 'sent';
    const { trouble: _none, ...rest } = found;
    await store.put({ ...rest, state, kept, receipt_at: at });
    if (found.edits && !kept) await remove(tx, found.edits);
  });
  changed();
}

async function remove(tx: Writing, key: string): Promise<void> {
  for (const photo of await tx.objectStore('photos').index('report').getAllKeys(key)) {
    await tx.objectStore('photos').delete(photo);
  }
  await tx.objectStore('reports').delete(key);
}

/** A draft that the officer throws away. */
export async function discard(key: string): Promise<void> {
  await write(['reports', 'photos'], async (tx) => {
    if ((await tx.objectStore('reports').get(key))?.state === 'draft') await remove(tx, key);
  });
  changed();
}

const CLEARABLE: readonly State[] = ['sent', 'reviewing', 'accepted', 'rejected', 'kept_aside'];
export const isClearable = (found: Report): boolean => CLEARABLE.includes(found.state);

/** What the office has; a change that was asked for, drafts and unsent reports stay whatever `keys` says. */
export async function clear(keys: string[]): Promise<void> {
  await write(['reports', 'photos'], async (tx) => {
    for (const key of keys) {
      const found = await tx.objectStore('reports').get(key);
      if (found && isClearable(found)) await remove(tx, key);
    }
  });
  changed();
}

const DECIDED: Record<string, State> = {
  received: 'sent',
  edited: 'reviewing',
  approved: 'accepted',
  rejected: 'rejected',
  retracted: 'rejected',
  changes_requested: 'changes',
  kept_aside: 'kept_aside',
  kept_aside_resolved: 'sent',
  kept_aside_discarded: 'rejected',
  replaced: 'sent',
  discarded: 'rejected',
  deleted: 'rejected',
};

/** What the office decided, told to the reports it is about; answers those that are not on this phone. */
export async function decided(profile: string, feedback: Feedback[]): Promise<Feedback[]> {
  if (feedback.length === 0) return [];
  const missing = await write(['reports'], async (tx) => {
    const store = tx.objectStore('reports');
    const own = await store.index('profile').getAll(profile);
    const absent: Feedback[] = [];
    for (const row of feedback) {
      const about = own.filter((r) => r.first_id === row.instance_id || r.instance_id === row.current_instance_id);
      if (about.length === 0) absent.push(row);
      const state = DECIDED[row.state];
      for (const found of about) {
        if (!state || found.state === 'draft' || isUnsent(found)) continue;
        if (row.current_instance_id && found.instance_id !== row.current_instance_id) continue;
        const same = found.state === state && found.decided_at === row.at;
        if (!same) await store.put({ ...found, state, decided_at: row.at, comment: row.comment, by: row.by });
      }
    }
    return absent;
  });
  changed();
  return missing;
}

/** A report of this officer that the office has and this phone has not (cleared, or written on another phone). */
export async function fetched(row: Report, files: { name: string; blob: Blob; sha256: string }[]): Promise<void> {
  await write(['reports', 'photos'], async (tx) => {
    if (await tx.objectStore('reports').get(row.key)) return;
    await tx.objectStore('reports').put(row);
    for (const file of files) {
      await tx.objectStore('photos').put({ report: row.key, ...file, arrived: true, aside: false, url: '', sent: 0, tries: 0 });
    }
  });
  changed();
}
