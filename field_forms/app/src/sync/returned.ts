import type { Feedback, FormVersion, Profile, Report } from '../store/db.ts';
import { write } from '../store/db.ts';
import { answered, parse, value } from '../store/instance.ts';
import { nameFor } from '../store/names.ts';
import { files, keep, versions } from '../store/packs.ts';
import { fetched, sha256 } from '../store/reports.ts';
import { ask, download, json, Refused } from './ask.ts';

interface Detail {
  instance_id: string;
  current_instance_id: string;
  form_id: string;
  version: string;
  received_at: string;
  xml: string;
  attachments: { name: string; received: boolean; sha256: string | null }[];
}

/** A change is asked for a report that is no longer on this phone: it comes back, photos and form version with it. */
export async function missingReports(of: Profile, absent: Feedback[]): Promise<void> {
  for (const row of absent) {
    if (row.state !== 'changes_requested') continue;
    try {
      await bring(of, row);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
    }
  }
}

async function bring(of: Profile, about: Feedback): Promise<void> {
  const path = `/api/v1/submissions/${encodeURIComponent(about.instance_id)}`;
  const said = await json<Detail>(path, { token: of.token });
  const there = said.attachments.filter((a) => a.received);
  const photos: { name: string; blob: Blob; sha256: string }[] = [];
  const own = `/api/v1/submissions/${encodeURIComponent(said.current_instance_id)}/attachments/`;
  for (const { name, sha256: hash } of there) {
    const blob = await download(own + encodeURIComponent(name), of.token, hash ?? '', () => undefined);
    photos.push({ name, blob, sha256: hash ?? (await sha256(blob)) });
  }
  const version = await formVersion(of, said.form_id, said.version);
  const { root } = parse(said.xml);
  const title = { en: version.title['en'] ?? said.form_id, hi: version.title['hi'] ?? '' };
  const row: Report = {
    key: crypto.randomUUID(),
    profile: of.id,
    state: 'changes',
    form_id: said.form_id,
    version: said.version,
    instance_id: said.current_instance_id,
    first_id: said.instance_id,
    xml: said.xml,
    form: title,
    ...(await nameFor(of.id, root, title)),
    deployment: value(root, 'deployment'),
    visit_date: value(root, 'visit_date'),
    answers: answered(root),
    photos: photos.length,
    bytes: photos.reduce((sum, photo) => sum + photo.blob.size, said.xml.length),
    begun_at: said.received_at,
    saved_at: said.received_at,
    receipt_at: said.received_at,
    decided_at: about.at,
    kept: false,
    tries: 0,
    comment: about.comment,
    by: about.by,
  };
  await fetched(row, photos);
}

async function formVersion(of: Profile, form: string, version: string): Promise<FormVersion> {
  const all = await versions(of.id);
  const found = all.find((v) => v.form_id === form && v.version === version);
  if (found && (await files(of.id, form, version))) return found;
  const current = all.find((v) => v.form_id === form && v.current);
  const answer = await ask(`/api/v1/forms/${encodeURIComponent(form)}/versions/${encodeURIComponent(version)}.xml`, { token: of.token });
  const blob = await answer.blob();
  const hash = await sha256(blob);
  await keep({ sha256: hash, content: await blob.text(), bytes: blob.size });
  const made: FormVersion = {
    profile: of.id, form_id: form, version, title: current?.title ?? { en: form }, sha256: hash, media: current?.media ?? [], current: false,
  };
  await write(['versions'], (tx) => tx.objectStore('versions').put(made));
  return made;
}
