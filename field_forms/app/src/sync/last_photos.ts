import type { Profile, Report } from '../store/db.ts';
import { dayOfLastPhoto, deployments, keep, lastPhoto } from '../store/packs.ts';
import { photos, reports } from '../store/reports.ts';
import { ask, NoNetwork, Refused } from './ask.ts';

const MOST = 20; // a round

interface Connection { saveData?: boolean; effectiveType?: string }

/** Photos of last visits, those due first, where the network is good and the phone does not save data. */
export async function lastPhotos(of: Profile): Promise<void> {
  const { saveData, effectiveType } = ((navigator as { connection?: Connection }).connection ?? {});
  if (saveData || (effectiveType && effectiveType !== '4g')) return;
  const visited = (await deployments(of.id)).filter((d) => d.last_visit);
  visited.sort((a, b) => (a.due_on ?? '9').localeCompare(b.due_on ?? '9'));
  let asked = 0;
  for (const { uuid, last_visit } of visited) {
    if (asked === MOST) return;
    if ((await dayOfLastPhoto(uuid)) === last_visit) continue;
    asked += 1;
    await bring(of, uuid, last_visit ?? '');
  }
}

async function bring(of: Profile, uuid: string, day: string): Promise<Blob | null> {
  try {
    const blob = await (await ask(`/api/v1/deployments/${uuid}/last-photo`, { token: of.token })).blob();
    await keep({ sha256: `last-photo:${uuid}`, content: blob, bytes: blob.size, day });
    return blob;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    await keep({ sha256: `last-photo:${uuid}`, content: '', bytes: 0, day }); // none: not asked again until the next visit
    return null;
  }
}

/** This phone's own photo of the newest report first, then the office's, asked for only where there is a network. */
export async function photoOfLastVisit(of: Profile, uuid: string, except: string): Promise<Blob | null> {
  const about = (r: Report): boolean => r.deployment === uuid || (r.form_id === 'deployment_registration' && r.xml.includes(uuid));
  const own = (await reports(of.id)).filter((r) => about(r) && r.state !== 'draft' && r.key !== except);
  own.sort((a, b) => b.visit_date.localeCompare(a.visit_date));
  for (const report of own) {
    const found = (await photos(report.key)).find((photo) => photo.blob.type.startsWith('image/'));
    if (found) return found.blob;
  }
  const kept = await lastPhoto(uuid);
  if (kept) return kept;
  try {
    return await bring(of, uuid, '');
  } catch (error) {
    if (error instanceof NoNetwork || error instanceof Refused) return null;
    throw error;
  }
}
