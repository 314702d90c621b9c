import type { OpenForm, Snapshot } from '../form/index.ts';
import { photoOfLastVisit } from '../sync/last_photos.ts';
import { hashOf, type Route } from '../ui/route.ts';
import { titleOf } from '../ui/when.ts';
import { language } from '../words/index.ts';
import { appended } from './csv.ts';
import { database, type FormVersion, type Named, type Profile, type Report } from './db.ts';
import { nameOfDeployment, offline } from './names.ts';
import { files, outlines, versions } from './packs.ts';
import { Keeper, report, reports, snapshot } from './reports.ts';

/** A form opened in this window, and in no other; without a form when another window has it. */
export interface Filling {
  form: OpenForm | null;
  keeper: Keeper | null;
  name: Named;
  hash: string;
  end(): void;
}

interface Beginning { key: string; version: FormVersion; draft: Report | null; edits: Report | null }

export async function begin(who: Profile, route: Route, take: boolean, lost: () => void): Promise<Filling> {
  const what = await beginning(who, route);
  const title = { en: what.version.title['en'] ?? titleOf(what.version.title), hi: what.version.title['hi'] ?? '' };
  const lock = await hold(`gramreach-draft-${what.key}`, take, lost);
  const nothing: Filling = { form: null, keeper: null, name: what.draft?.name ?? title, hash: '', end: () => undefined };
  if (!lock) return nothing;
  try {
    return await opened(who, route, what, title, lock);
  } catch (error) {
    lock();
    throw error;
  }
}

async function opened(who: Profile, route: Route, what: Beginning, title: Named, release: () => void): Promise<Filling> {
  const { version, draft, edits } = what;
  const found = await files(who.id, version.form_id, version.version);
  if (!found) throw new Error(`form ${version.form_id} ${version.version} is not on this phone`);
  await addOffline(who.id, found.media);
  const asDraft = draft ? await snapshot(draft.key) : null;
  const asEdit = edits && !draft ? await snapshot(edits.key) : null;
  const uuid = route.with?.['deployment'] ?? draft?.deployment ?? edits?.deployment ?? '';
  const about = uuid ? await deploymentOf(who.id, uuid) : null;
  const { openForm } = await import('../form/index.ts');
  const form = await openForm(found, {
    language: language(),
    deviceId: who.device_id,
    officer: who.officer,
    ...(asDraft ? { draft: asDraft } : {}),
    ...(asEdit ? { edit: asEdit } : {}),
    prefill: prefilled(route, about?.village ?? ''),
    villageHint: about && about.lat !== null && about.lon !== null ? { lat: about.lat, lon: about.lon } : null,
    districtShapes: async () => (await outlines(who.id))?.shapes ?? null,
    ...(uuid ? { lastPhoto: () => photoOfLastVisit(who, uuid, what.key) } : {}),
  });
  const files0: Snapshot['files'] = asDraft?.files ?? [];
  const keeper = new Keeper(
    { key: what.key, profile: who.id, form_id: version.form_id, version: version.version, title, ...(edits ? { edits: edits.key } : {}) },
    files0,
  );
  const name = draft?.name ?? edits?.name ?? (about ? nameOfDeployment(about) : title);
  return { form, keeper, name, hash: hashOf(route), end: release };
}

async function beginning(who: Profile, route: Route): Promise<Beginning> {
  const own = await reports(who.id);
  const edits = (await wanted(route.with?.['edit'])) ?? null;
  const draft = route.key ? await report(route.key) : edits ? own.find((r) => r.edits === edits.key && r.state === 'draft') : undefined;
  if (route.key && (!draft || draft.state !== 'draft' || draft.profile !== who.id)) throw new Error('no such draft');
  const of = draft ?? edits;
  const all = await versions(who.id);
  const version = of
    ? all.find((v) => v.form_id === of.form_id && v.version === of.version)
    : all.find((v) => v.form_id === route.with?.['form'] && v.current);
  if (!version) throw new Error('no such form');
  const origin = draft?.edits ? ((await report(draft.edits)) ?? null) : edits;
  return { key: draft?.key ?? crypto.randomUUID(), version, draft: draft ?? null, edits: origin };
}

const wanted = async (key: string | undefined): Promise<Report | undefined> => (key ? report(key) : undefined);

/** What does not change from visit to visit; counts, condition and people are asked each time. */
function prefilled(route: Route, villageOfDeployment: string): Record<string, string> {
  const deployment = route.with?.['deployment'];
  if (deployment) {
    const village: Record<string, string> = villageOfDeployment ? { village_listed: 'yes', village: villageOfDeployment } : {};
    return { ...village, subject: 'deployment', deployment };
  }
  const village = route.with?.['village'];
  return village ? { village_listed: 'yes', village } : {};
}

async function deploymentOf(profile: string, uuid: string) {
  const stored = await (await database()).get('deployments', [profile, uuid]);
  return stored ?? (await offline(profile)).find((o) => o.deployment.uuid === uuid)?.deployment ?? null;
}

/** Deployments registered on this phone stand in the list as if the office knew them. */
async function addOffline(profile: string, media: Map<string, string | Blob>): Promise<void> {
  const list = media.get('deployments.csv');
  if (list === undefined) return;
  const added = (await offline(profile)).map((o) => o.row);
  if (added.length) media.set('deployments.csv', appended(typeof list === 'string' ? list : await list.text(), added));
}

/** Null: another window has it. `take`: it loses it then, and is told. */
function hold(name: string, take: boolean, lost: () => void): Promise<(() => void) | null> {
  if (!('locks' in navigator)) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    const options: LockOptions = take ? { steal: true } : { ifAvailable: true };
    let mine = true;
    navigator.locks
      .request(name, options, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(() => {
          mine = false;
          release();
        }));
      })
      .catch(() => void (mine && lost()));
  });
}
