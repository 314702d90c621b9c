/** Sends a change exactly once: until the office answers, the same bytes are sent again and nothing can be changed. */
import type { Snapshot } from '../form/index.ts';
import { csrfToken } from './asking.ts';
import { at, offer, words, type Act } from './page.ts';
import { changing, newestId, type Opened } from './report.ts';

interface Receipt {
  outcome?: string;
  code?: string;
  detail?: string;
}

export class Sending {
  private readonly there: Map<string, number>;
  private dirty = false;

  /** `back`: the page of the report. `store`: from any page of the form, once its answers are whole. */
  constructor(private readonly report: Opened, private readonly back: string, private readonly store: Act) {
    offer(store);
    this.there = new Map(report.snapshot.files.map(({ name, blob }) => [name, blob.size]));
    addEventListener('beforeunload', (event) => this.dirty && event.preventDefault());
  }

  changed(): void {
    this.dirty = true;
  }

  async send(snapshot: Snapshot): Promise<void> {
    this.tell(words().sending, true);
    let status = 0;
    let receipt: Receipt = {};
    try {
      const answer = await fetch('/api/v1/submissions', {
        method: 'POST', body: this.body(snapshot), headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
      });
      status = answer.status;
      receipt = (await answer.json()) as Receipt;
    } catch { /* no answer, or one that was cut: nobody knows */ }
    if (receipt.outcome === 'edited' || receipt.outcome === 'identical') return this.stored();
    const again = { name: words().again, act: () => void this.send(snapshot) };
    if (status === 401 || receipt.code === 'csrf') this.tell(words().signIn, true, again);
    else if (receipt.code === 'stale_deprecated_id') this.meanwhile(snapshot);
    else if (status >= 400 && status < 500 && receipt.code) this.tell(words().refused + (receipt.detail ?? ''), false, this.store);
    else this.tell(words().unsure, true, again);
  }

  private body(snapshot: Snapshot): FormData {
    const body = new FormData();
    body.set('xml_submission_file', new File([snapshot.xml], 'report.xml', { type: 'text/xml' }));
    for (const { name, blob } of snapshot.files) {
      if (this.there.get(name) !== blob.size) body.set(name, new File([blob], name, { type: blob.type }));
    }
    return body;
  }

  private stored(): void {
    this.dirty = false;
    location.assign(this.back);
  }

  /** The other's change is in the history too, whichever is kept on top. */
  private meanwhile(snapshot: Snapshot): void {
    this.tell(
      words().meanwhile, false,
      { name: words().see, act: () => void open(this.back) },
      { name: words().newest, act: () => location.reload() },
      { name: words().mine, act: () => void this.onTop(snapshot) },
    );
  }

  private async onTop(snapshot: Snapshot): Promise<void> {
    const newest = await newestId(this.report.address).catch(() => null);
    if (newest === null) this.tell(words().unsure, false, { name: words().again, act: () => void this.onTop(snapshot) });
    else await this.send(changing(snapshot, newest));
  }

  /** `still`: nothing can be changed until this is settled. */
  private tell(text: string, still: boolean, ...acts: Act[]): void {
    at('told').textContent = text;
    at('form').inert = still;
    offer(...acts);
    at('told').scrollIntoView({ block: 'nearest' });
  }
}
