import { createSignal } from 'solid-js';
import { rows } from '../store/csv.ts';
import { database, type Deployment, type Feedback, type FormVersion, type Profile } from '../store/db.ts';
import { has, keep, pack, take, versions } from '../store/packs.ts';
import { profile as stored, update } from '../store/profiles.ts';
import { decided } from '../store/reports.ts';
import { ask, download, NoNetwork } from './ask.ts';
import { deviceOf } from './enrol.ts';
import { missingReports } from './returned.ts';

interface FormAnswer {
  form_id: string;
  version: string;
  sha256: string;
  title: Record<string, string>;
  xform: string;
  bytes: number;
  collect_only: string[];
  media: { filename: string; url: string; sha256: string; bytes: number }[];
}

interface SyncAnswer {
  cursor: string;
  time: string;
  full: boolean;
  device: Parameters<typeof deviceOf>[0];
  forms: FormAnswer[];
  deployments: (Omit<Deployment, 'profile'> & { gone?: boolean })[];
  feedback: Omit<Feedback, 'profile'>[];
}

export interface Part { kind: 'form' | 'lists'; title: Record<string, string>; got: number; bytes: number }
export interface Progress { profile: string; parts: Part[]; got: number; bytes: number; since: number; begun: number }

const [progress, setProgress] = createSignal<Progress | null>(null);
export { progress };

/**
 * What changed at the office since the last time, and the files it names. A file that came whole is not asked for
 * again; the new lists count once all is here, so that a cut leaves the old ones in use.
 */
export async function refresh(of: Profile): Promise<void> {
  const before = await pack(of.id);
  const cursor = before?.cursor ? `?cursor=${encodeURIComponent(before.cursor)}` : '';
  const answer = await ask(`/api/v1/sync${cursor}`, { token: of.token, etag: before?.etag ?? '' });
  if (answer.status === 304) {
    if (of.state === 'coming') await update(of.id, { state: 'ready' });
    return;
  }
  const etag = answer.headers.get('ETag') ?? '';
  let said: SyncAnswer;
  try {
    said = (await answer.json()) as SyncAnswer;
  } catch (error) {
    throw new NoNetwork(String(error));
  }
  await files(of, said.forms);
  const now = await stored(of.id);
  if (!now || now.token !== of.token) return; // the phone was added again meanwhile
  const feedback = said.feedback.map((row) => ({ ...row, profile: of.id }));
  await take(of.id, {
    full: said.full || !before,
    versions: said.forms.map((form) => versionOf(of.id, form)),
    deployments: said.deployments.filter((d) => !d.gone).map((d) => ({ ...d, profile: of.id })),
    gone: said.deployments.filter((d) => d.gone).map((d) => d.uuid),
    feedback,
    pack: {
      profile: of.id,
      cursor: said.cursor,
      etag,
      at: new Date().toISOString(),
      skew: Date.parse(said.time) - Date.now(),
      villages: await villages(said.forms),
    },
  });
  await update(of.id, { ...deviceOf(said.device), state: 'ready' });
  await missingReports(of, await decided(of.id, feedback));
  setProgress(null);
}

const versionOf = (profile: string, form: FormAnswer): FormVersion => ({
  profile,
  form_id: form.form_id,
  version: form.version,
  title: form.title,
  sha256: form.sha256,
  media: form.media.map(({ filename, sha256 }) => ({ filename, sha256 })),
  current: true,
  collect_only: form.collect_only,
});

interface Wanted { url: string; sha256: string; bytes: number; part: Part; text: boolean }

async function files(of: Profile, forms: FormAnswer[]): Promise<void> {
  const wanted = new Map<string, Wanted>();
  const lists: Part = { kind: 'lists', title: {}, got: 0, bytes: 0 };
  const parts: Part[] = [];
  for (const form of forms) {
    const part: Part = { kind: 'form', title: form.title, got: 0, bytes: 0 };
    parts.push(part);
    const add = (url: string, sha256: string, bytes: number, into: Part, text: boolean): void => {
      if (wanted.has(sha256)) return;
      wanted.set(sha256, { url, sha256, bytes, part: into, text });
      into.bytes += bytes;
    };
    add(form.xform, form.sha256, form.bytes, part, true);
    for (const m of form.media) {
      const list = m.filename.endsWith('.csv');
      add(m.url, m.sha256, m.bytes, list ? lists : part, list);
    }
  }
  const total: Progress = { profile: of.id, parts: [...parts, lists], got: 0, bytes: 0, since: Date.now(), begun: 0 };
  for (const part of total.parts) total.bytes += part.bytes;
  const missing: Wanted[] = [];
  for (const file of wanted.values()) {
    if (await has(file.sha256)) count(total, file.part, file.bytes);
    else missing.push(file);
  }
  total.begun = total.got;
  setProgress({ ...total });
  for (const file of missing) {
    let heard = 0;
    const blob = await download(file.url, of.token, file.sha256, (bytes) => {
      const fits = Math.min(bytes, file.bytes - heard);
      heard += fits;
      count(total, file.part, fits);
      setProgress({ ...total });
    }).catch((error: unknown) => {
      count(total, file.part, -heard);
      setProgress({ ...total });
      throw error;
    });
    await keep({ sha256: file.sha256, content: file.text ? await blob.text() : blob, bytes: blob.size });
  }
}

function count(total: Progress, part: Part, bytes: number): void {
  part.got += bytes;
  total.got += bytes;
}

async function villages(forms: FormAnswer[]): Promise<number> {
  const sha256 = forms.flatMap((form) => form.media).find((m) => m.filename === 'villages.csv')?.sha256;
  if (!sha256) return 0;
  const file = await (await database()).get('files', sha256);
  return typeof file?.content === 'string' ? Math.max(0, rows(file.content).length - 1) : 0;
}

/** Versions that are in use now, in the order the office gives them. */
export async function currentForms(profile: Profile): Promise<FormVersion[]> {
  const all = (await versions(profile.id)).filter((version) => version.current);
  return profile.forms.length === 0 ? all : all.filter((version) => profile.forms.includes(version.form_id));
}
