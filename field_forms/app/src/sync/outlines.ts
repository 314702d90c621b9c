import type { Profile } from '../store/db.ts';
import { keep, outlines, versions } from '../store/packs.ts';
import { json } from './ask.ts';

/** The districts in which the officer's villages lie, for placing by hand: asked for again when that list is another. */
export async function bringOutlines(of: Profile): Promise<void> {
  const lists = (await versions(of.id)).flatMap((version) => (version.current ? version.media : []));
  const villages = lists.find((list) => list.filename === 'villages.csv')?.sha256 ?? '';
  if ((await outlines(of.id))?.of === villages) return;
  const content = JSON.stringify(await json('/api/v1/sync/outlines', { token: of.token }));
  await keep({ sha256: `outlines:${of.id}`, content, bytes: content.length, day: villages });
}
