import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';

/** Both languages of a name that the office keeps; `hi` falls back to `en`. */
export interface Named { en: string; hi?: string }

export interface Profile {
  id: string;
  /** asked: the token was made and kept, the office's answer is not here yet. revoked: must be added again. */
  state: 'asked' | 'coming' | 'ready' | 'revoked';
  installation_id: string;
  token: string;
  code?: string;
  device_id: string;
  officer: string;
  officer_id: string;
  /** `phone`: of its office; absent while it is not known. */
  centre: { slug: string; name: string; name_hi: string; phone?: string };
  language: string;
  /** Form ids that this officer may fill; empty: all. */
  forms: string[];
  demo: boolean;
  made_at: string;
}

export interface MediaFile { filename: string; sha256: string }

/** A form version with the lists it was last seen with. Kept while a draft or an unsent report was begun with it. */
export interface FormVersion {
  profile: string;
  form_id: string;
  version: string;
  title: Record<string, string>;
  sha256: string;
  media: MediaFile[];
  current: boolean;
  /** What only ODK Collect can ask: such a form is listed, and not opened. */
  collect_only?: string[];
}

export interface StoredFile {
  sha256: string;
  content: string | Blob;
  bytes: number;
  /** Of a photo of the last visit: of which day. Of the districts' outlines: of which list of villages. */
  day?: string;
}

export interface Deployment {
  profile: string;
  uuid: string;
  version: number;
  label: string;
  technology: string | null;
  technology_name: string | null;
  technology_name_hi: string;
  village: string | null;
  village_name: string;
  village_name_local: string;
  hamlet: string;
  lat: number | null;
  lon: number | null;
  condition: string;
  last_visit: string | null;
  due_on: string | null;
  installed: number | null;
  working?: number | null;
  plate: string;
}

/** What the last answer of the office left to know about a profile's pack. */
export interface Pack {
  profile: string;
  cursor: string;
  etag: string;
  at: string;
  /** Milliseconds to add to this phone's clock to have the office's. */
  skew: number;
  villages: number;
}

export type State =
  | 'draft' | 'waiting' | 'stuck' | 'sent' | 'reviewing' | 'changes' | 'accepted' | 'rejected' | 'kept_aside';
export const UNSENT: readonly State[] = ['waiting', 'stuck'];

export interface Report {
  key: string;
  profile: string;
  state: State;
  form_id: string;
  version: string;
  instance_id: string;
  deprecated_id?: string;
  /** The first version's id, which names the submission for ever. */
  first_id: string;
  /** Key of the report that this one changes. */
  edits?: string;
  xml: string;
  /** The form's title. */
  form?: Named;
  /** What it is about: a technology in a village. */
  name: Named;
  village: Named;
  deployment: string;
  visit_date: string;
  answers: number;
  photos: number;
  bytes: number;
  begun_at: string;
  saved_at: string;
  finished_at?: string;
  reached_at?: string;
  receipt_at?: string;
  decided_at?: string;
  kept: boolean;
  tries: number;
  trouble?: string;
  comment?: string;
  by?: string | null;
}

export interface Photo {
  report: string;
  name: string;
  blob: Blob;
  sha256: string;
  arrived: boolean;
  /** The office has it, but not as this report's photo. */
  aside: boolean;
  url: string;
  sent: number;
  tries: number;
}

export interface Feedback {
  profile: string;
  instance_id: string;
  current_instance_id: string;
  state: string;
  comment: string;
  by: string | null;
  at: string;
}

interface Schema extends DBSchema {
  profiles: { key: string; value: Profile };
  versions: { key: [string, string, string]; value: FormVersion; indexes: { profile: string } };
  files: { key: string; value: StoredFile };
  deployments: { key: [string, string]; value: Deployment; indexes: { profile: string } };
  packs: { key: string; value: Pack };
  reports: { key: string; value: Report; indexes: { profile: string; first_id: string } };
  photos: { key: [string, string]; value: Photo; indexes: { report: string } };
  feedback: { key: [string, string]; value: Feedback; indexes: { profile: string } };
  settings: { key: string; value: unknown };
}

export type Store = StoreNames<Schema>;
export type Writing = IDBPTransaction<Schema, Store[], 'readwrite'>;

/** One step a schema version. A step only adds stores and indexes: it never touches a report or a photo. */
const STEPS: ((db: IDBPDatabase<Schema>) => void)[] = [
  (db) => {
    db.createObjectStore('profiles', { keyPath: 'id' });
    db.createObjectStore('versions', { keyPath: ['profile', 'form_id', 'version'] }).createIndex('profile', 'profile');
    db.createObjectStore('files', { keyPath: 'sha256' });
    db.createObjectStore('deployments', { keyPath: ['profile', 'uuid'] }).createIndex('profile', 'profile');
    db.createObjectStore('packs', { keyPath: 'profile' });
    const reports = db.createObjectStore('reports', { keyPath: 'key' });
    reports.createIndex('profile', 'profile');
    reports.createIndex('first_id', 'first_id');
    db.createObjectStore('photos', { keyPath: ['report', 'name'] }).createIndex('report', 'report');
    db.createObjectStore('feedback', { keyPath: ['profile', 'instance_id'] }).createIndex('profile', 'profile');
    db.createObjectStore('settings');
  },
];

let opened: Promise<IDBPDatabase<Schema>> | undefined;

export function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('gramreach', STEPS.length, {
    upgrade: (db, old) => STEPS.slice(old).forEach((step) => step(db)),
    blocking: (_old, _new, event) => {
      (event.target as IDBDatabase).close(); // a newer version of the app, in another window, wants to add a store
      opened = undefined;
    },
    terminated: () => void (opened = undefined),
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** One transaction over `stores`, on the phone's memory itself (not only in its cache) once the promise is kept. */
export async function write<T>(stores: Store[], work: (tx: Writing) => Promise<T> | T): Promise<T> {
  const tx = (await database()).transaction(stores, 'readwrite', { durability: 'strict' });
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    tx.done.catch(() => undefined); // told once, by what is thrown here
    try { tx.abort(); } catch { /* it has ended already */ }
    throw tx.error ?? error;
  }
}
