import { nowSending } from '../store/channel.ts';
import type { Profile, Report } from '../store/db.ts';
import { change, changePhoto, isUnsent, photos, receipted, report as stored, reports } from '../store/reports.ts';
import { json, NoNetwork, Refused } from './ask.ts';

const MOST = 200;
const LARGEST = 4 * 1024 * 1024; // of XML in one batch; the office takes 10 MB

interface Result { instance_id: string; outcome: string; code: string; detail: string; kept: boolean; missing_attachments: string[] }
interface Receipt { instance_id: string; here: boolean; kept: boolean; missing_attachments: string[] }

/** Reports first and together, then each photo, then the receipts, by which alone the phone lets go. */
export async function sendAll(of: Profile): Promise<void> {
  for (const batch of batches((await waiting(of)).filter((r) => !r.reached_at))) await sendBatch(of, batch);
  let trouble: unknown = null;
  for (const report of (await waiting(of)).filter((r) => r.reached_at)) {
    try {
      await sendPhotos(of, report);
    } catch (error) {
      if (error instanceof NoNetwork || (error instanceof Refused && error.unknownPhone)) throw error;
      trouble = error; // one photo's trouble holds up no other report
    }
  }
  await collect(of, (await waiting(of)).filter((r) => r.reached_at));
  if (trouble) throw trouble;
}

async function waiting(of: Profile): Promise<Report[]> {
  const own = (await reports(of.id)).filter(isUnsent);
  return own.sort((a, b) => (a.finished_at ?? '').localeCompare(b.finished_at ?? ''));
}

function batches(all: Report[]): Report[][] {
  const out: Report[][] = [];
  let size = Infinity;
  for (const report of all) {
    const last = out.at(-1);
    if (!last || last.length === MOST || size + report.xml.length > LARGEST) {
      out.push([report]);
      size = report.xml.length;
    } else {
      last.push(report);
      size += report.xml.length;
    }
  }
  return out;
}

async function sendBatch(of: Profile, batch: Report[]): Promise<void> {
  nowSending({ report: batch[0]!.key, photo: 0, of: 0, share: 0 }, true);
  const submissions = batch.map(({ form_id, version, instance_id, xml }) => ({ form_id, version, instance_id, xml }));
  const { results } = await json<{ results: Result[] }>('/api/v1/submissions/batch', {
    token: of.token, json: { submissions }, gzip: true,
  });
  for (const [i, report] of batch.entries()) {
    const result = results[i];
    if (result) await note(report, result);
  }
}

async function note(report: Report, result: Result): Promise<void> {
  const reached = ['stored', 'identical', 'edited'].includes(result.outcome) || result.kept;
  if (!reached) {
    await change(report.key, { tries: report.tries + 1, trouble: result.detail || result.code });
    return;
  }
  await change(report.key, { state: 'stuck', reached_at: new Date().toISOString(), kept: result.kept, tries: report.tries + 1 });
}

async function sendPhotos(of: Profile, report: Report): Promise<void> {
  const all = await photos(report.key);
  if (all.every((photo) => photo.arrived)) return;
  const { sendPhoto } = await import('./photos.ts');
  for (const [i, photo] of all.entries()) {
    if (photo.arrived) continue;
    const tell = (share: number): void => nowSending({ report: report.key, photo: i + 1, of: all.length, share }, true);
    tell(photo.blob.size ? photo.sent / photo.blob.size : 0);
    try {
      await sendPhoto(photo, report, of.token, tell);
    } catch (error) {
      const said = error instanceof Refused ? error.detail || error.code : '';
      await change(report.key, { tries: report.tries + 1, ...(said ? { trouble: said } : {}) });
      throw error;
    }
  }
}

async function collect(of: Profile, all: Report[]): Promise<void> {
  for (let from = 0; from < all.length; from += MOST) {
    const part = all.slice(from, from + MOST);
    const { items } = await json<{ items: Receipt[] }>('/api/v1/sync/receipts', {
      token: of.token, json: { instance_ids: part.map((r) => r.instance_id) },
    });
    const said = new Map(items.map((item) => [item.instance_id, item]));
    for (const report of part) await settle(report, said.get(report.instance_id));
  }
}

async function settle(report: Report, receipt: Receipt | undefined): Promise<void> {
  if (!receipt || !(receipt.here || receipt.kept)) {
    const { reached_at: _gone, ...rest } = (await stored(report.key)) ?? report;
    await change(report.key, { ...rest, state: 'waiting', reached_at: '' }); // the office lost it: it is sent again
    return;
  }
  const own = await photos(report.key);
  const missing = new Set(receipt.missing_attachments);
  const lacking = own.filter((photo) => !photo.aside && (missing.has(photo.name) || !photo.arrived));
  for (const photo of lacking) {
    if (missing.has(photo.name)) await changePhoto(report.key, photo.name, { arrived: false, url: '', sent: 0 });
  }
  if (lacking.length === 0) await receipted(report.key, receipt.kept && !receipt.here, new Date().toISOString());
}
