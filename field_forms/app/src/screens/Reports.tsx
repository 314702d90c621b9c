import { createSignal, For, Show, type JSX } from 'solid-js';
import { busy, sending } from '../store/channel.ts';
import { database, type Profile, type Report, type State } from '../store/db.ts';
import { discard, isUnsent, photos, reports } from '../store/reports.ts';
import { network, roundNow } from '../sync/round.ts';
import { give, unsentFile } from '../sync/to_file.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { live } from '../ui/live.ts';
import { Bar, Call, Empty, OfficerHead, Row, Screen, Second } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { count, day, inWords, moment, size } from '../ui/when.ts';
import { say } from '../words/index.ts';

const ICONS: Record<State, IconName> = {
  draft: 'pencil', waiting: 'clock', stuck: 'warning', sent: 'tick', reviewing: 'eye',
  changes: 'asked', accepted: 'ticks', rejected: 'error', kept_aside: 'box',
};
const ORDER: State[] = ['stuck', 'waiting', 'changes', 'draft', 'kept_aside', 'rejected'];

interface Shown extends Report { open: number; openBytes: number; share: number }

async function shown(profile: string): Promise<Shown[]> {
  await database();
  const all = await reports(profile);
  const out: Shown[] = [];
  for (const report of all) {
    if (report.state === 'changes' && all.some((other) => other.edits === report.key)) continue;
    const own = isUnsent(report) ? await photos(report.key) : [];
    const open = own.filter((photo) => !photo.arrived);
    const bytes = own.reduce((sum, photo) => sum + photo.blob.size, 0);
    const left = open.reduce((sum, photo) => sum + photo.blob.size - photo.sent, 0);
    out.push({ ...report, open: open.length, openBytes: left, share: bytes ? 1 - left / bytes : 0 });
  }
  const rank = (r: Report): number => (ORDER.indexOf(r.state) + 100) % 100 || (r.state === 'stuck' ? 0 : 99);
  return out.sort((a, b) => rank(a) - rank(b) || b.saved_at.localeCompare(a.saved_at));
}

export function Reports(props: { who: Profile }): JSX.Element {
  const all = live(() => shown(props.who.id));
  const unsent = (): Shown[] => (all.latest ?? []).filter(isUnsent);
  return (
    <Screen head={<OfficerHead profile={props.who} title={say('tab.reports')} />} tabs="reports">
      <Show when={unsent().length}><Waiting all={unsent()} /></Show>
      <Show when={(all.latest ?? []).length} fallback={<Show when={!all.loading}><Empty text={say('today.none')} button={say('today.start')} to={{ at: 'nearby' }} /></Show>}>
        <ul class="rows padded"><For each={all.latest}>{(report) => <Line report={report} who={props.who} />}</For></ul>
      </Show>
    </Screen>
  );
}

function Waiting(props: { all: Shown[] }): JSX.Element {
  const here = (): Shown[] => props.all.filter((r) => !r.reached_at);
  const open = (): number => props.all.reduce((sum, r) => sum + r.open, 0);
  const bytes = (): string => size(props.all.reduce((sum, r) => sum + r.openBytes, 0));
  return (
    <div class="band band-send">
      <p class="band-strong">{here().length ? count('reports.wait', here().length) : count('reports.reached', props.all.length)}</p>
      <Show when={open()}><p>{count('reports.photos', open(), { size: bytes() })}</p></Show>
      <Show when={!network()}><p class="band-sub">{say('today.offline')}</p></Show>
      <Second icon="up" blocked={busy()} onClick={() => void roundNow()}>{busy() ? say('reports.sending') : say('reports.send')}</Second>
    </div>
  );
}

function Line(props: { report: Shown; who: Profile }): JSX.Element {
  const [sure, setSure] = createSignal(false);
  const r = (): Shown => props.report;
  const going = () => (sending()?.report === r().key && sending()!.of > 0 ? sending() : null);
  const inTrouble = (): boolean => isUnsent(r()) && !going() && (r().tries > 2 || Boolean(r().trouble));
  const open = (): (() => void) | undefined => {
    if (r().state === 'draft') return () => go({ at: 'fill', key: r().key });
    return r().state === 'changes' ? () => go({ at: 'asked', key: r().key }) : undefined;
  };
  return (
    <Show when={!inTrouble() && r().state !== 'draft'} fallback={
      <li class="row-item" data-row={r().key}>
        <Show when={r().state === 'draft'} fallback={<Stuck report={r()} who={props.who} />}>
          <ul class="plain"><Row icon="pencil" title={inWords(r().name)} sub={formOf(r()) + say('state.draft')} onClick={open()} /></ul>
          <div class="row-under">
            <Show when={sure()} fallback={<button type="button" class="as-link" onClick={() => setSure(true)}>{say('draft.throw')}</button>}>
              <p>{say('draft.sure')}</p>
              <div class="two">
                <Second stop onClick={() => void discard(r().key)}>{say('draft.throw')}</Second>
                <Second onClick={() => setSure(false)}>{say('draft.keep')}</Second>
              </div>
            </Show>
          </div>
        </Show>
      </li>
    }>
      <Row id={r().key} icon={going() ? 'up' : ICONS[r().state]} ask={r().state === 'changes'} title={inWords(r().name)} sub={formOf(r()) + stateOf(r(), going())} onClick={open()}
        under={r().state === 'kept_aside' && props.who.centre.phone ? <Call office={props.who.centre} /> : undefined} />
    </Show>
  );
}

function Stuck(props: { report: Shown; who: Profile }): JSX.Element {
  const r = (): Shown => props.report;
  const percent = (): number => Math.floor(r().share * 100);
  async function toFile(): Promise<void> {
    const file = await unsentFile(props.who, r().key);
    if (file) await give(file);
  }
  return (
    <div class="row stuck">
      <span class="row-mark"><Icon name="warning" /></span>
      <div class="row-text">
        <span class="row-title">{inWords(r().name)}</span>
        <span class="row-state">{r().reached_at ? count('stuck.photos', r().open) : say('stuck.report')} {count('stuck.tries', r().tries)}</span>
        <Show when={r().trouble}><span class="row-sub">{r().trouble}</span></Show>
        <Show when={r().reached_at && r().share > 0}><Bar share={r().share} label={say('stuck.there', { n: percent() })} /><span class="row-sub">{say('stuck.there', { n: percent() })}</span></Show>
        <div class="two">
          <Second blocked={busy()} onClick={() => void roundNow()}>{say('try.again')}</Second>
          <Second onClick={() => void toFile()}>{say('stuck.file')}</Second>
        </div>
      </div>
    </div>
  );
}

/** Which form, where it is not a village report, which most are, and the name does not say it. */
function formOf(r: Shown): string {
  const form = r.form && r.form_id !== 'village_report' ? inWords(r.form) : '';
  return form && !inWords(r.name).startsWith(form) ? `${form}. ` : '';
}

function stateOf(r: Shown, going: { photo: number; of: number } | null): string {
  if (going) return say('state.sending', { photo: going.photo, of: going.of });
  switch (r.state) {
    case 'waiting': return say('state.waiting', { when: moment(r.finished_at ?? r.saved_at) });
    case 'stuck': return r.open ? count('state.stuck', r.open) : say('state.receipt');
    case 'sent': return say('state.sent.day', { day: day(r.receipt_at ?? r.saved_at) });
    case 'reviewing': return say('state.reviewing');
    case 'changes': return say('state.changes', { what: r.comment ?? '' });
    case 'accepted': return say('state.accepted', { day: day(r.decided_at ?? r.saved_at) });
    case 'rejected': return say('state.rejected', { what: r.comment ?? '' });
    case 'kept_aside': return say('state.kept_aside');
    default: return say('state.draft');
  }
}
