import { changed } from './channel.ts';
import { database, write, type Profile } from './db.ts';
import { installation, set, setting } from './settings.ts';

export async function profiles(): Promise<Profile[]> {
  const all = await (await database()).getAll('profiles');
  return all.sort((a, b) => a.made_at.localeCompare(b.made_at));
}

export async function profile(id: string): Promise<Profile | undefined> {
  return (await database()).get('profiles', id);
}

/** Who is working; null before the first officer is added. */
export async function working(): Promise<Profile | null> {
  const usable = (await profiles()).filter((found) => found.state !== 'asked');
  const chosen = await setting('profile');
  return usable.find((found) => found.id === chosen) ?? usable[0] ?? null;
}

export const choose = (id: string): Promise<void> => set('profile', id);

/** The token is made here and kept before anybody is asked: a lost answer is asked for again with the same three. */
export async function prepared(code: string, language: string): Promise<Profile> {
  const pending = (await profiles()).find((found) => found.state === 'asked' && found.code === code);
  if (pending) return pending;
  const made: Profile = {
    id: crypto.randomUUID(),
    state: 'asked',
    installation_id: await installation(),
    token: newToken(),
    code,
    device_id: '',
    officer: '',
    officer_id: '',
    centre: { slug: '', name: '', name_hi: '' },
    language,
    forms: [],
    demo: false,
    made_at: new Date().toISOString(),
  };
  await write(['profiles'], (tx) => tx.objectStore('profiles').put(made));
  return made;
}

function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Only one that was never answered, so that nothing can hang on it. */
export async function forgetAsked(id: string): Promise<void> {
  await write(['profiles'], async (tx) => {
    const store = tx.objectStore('profiles');
    if ((await store.get(id))?.state === 'asked') await store.delete(id);
  });
  changed();
}

export async function update(id: string, part: Partial<Profile>): Promise<void> {
  await write(['profiles'], async (tx) => {
    const store = tx.objectStore('profiles');
    const found = await store.get(id);
    if (found) await store.put({ ...found, ...part });
  });
  changed();
}

/**
 * The office knows the officer now. An officer who was here before keeps profile, drafts and reports, and gets the new
 * token; the list is asked for anew. Answers the profile to go on with.
 */
export async function accepted(asked: Profile, device: Partial<Profile>): Promise<Profile> {
  const result = await write(['profiles', 'packs'], async (tx) => {
    const store = tx.objectStore('profiles');
    const all = await store.getAll();
    const done = all.find((other) => other.token === asked.token && other.state !== 'asked');
    if (done) return done; // the screen and a round of sending both asked: the first answer counts
    const known = all.find((other) => other.id !== asked.id && other.state !== 'asked' && isSame(other, device));
    const { code: _used, ...rest } = asked;
    const next: Profile = known
      ? { ...known, ...device, token: asked.token, installation_id: asked.installation_id, state: 'coming' }
      : { ...rest, ...device, state: 'coming' };
    if (known) {
      await store.delete(asked.id);
      await tx.objectStore('packs').delete(known.id);
    }
    await store.put(next);
    return next;
  });
  changed();
  return result;
}

function isSame(known: Profile, device: Partial<Profile>): boolean {
  if (known.officer_id && device.officer_id) return known.officer_id === device.officer_id;
  return known.officer === device.officer && known.centre.slug === device.centre?.slug;
}
