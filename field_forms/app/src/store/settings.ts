import { changed } from './channel.ts';
import { database, write } from './db.ts';

interface Settings {
  installation_id: string;
  language: string;
  profile: string;
  ready_seen: string[];
}

export async function setting<K extends keyof Settings>(key: K): Promise<Settings[K] | undefined> {
  return (await (await database()).get('settings', key)) as Settings[K] | undefined;
}

export async function set<K extends keyof Settings>(key: K, value: Settings[K]): Promise<void> {
  await write(['settings'], (tx) => tx.objectStore('settings').put(value, key));
  changed();
}

/** Names this browser on this phone; made once. */
export async function installation(): Promise<string> {
  return write(['settings'], async (tx) => {
    const store = tx.objectStore('settings');
    const known = (await store.get('installation_id')) as string | undefined;
    if (known) return known;
    const made = crypto.randomUUID();
    await store.put(made, 'installation_id');
    return made;
  });
}
