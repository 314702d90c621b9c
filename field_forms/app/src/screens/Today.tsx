import { For, Show, type JSX } from 'solid-js';
import { busy, sending } from '../store/channel.ts';
import type { Profile } from '../store/db.ts';
import { deployments } from '../store/packs.ts';
import { isUnsent, reports } from '../store/reports.ts';
import { room } from '../store/room.ts';
import { currentForms } from '../sync/pack.ts';
import { network } from '../sync/round.ts';
import { fresh } from '../sync/version.ts';
import { live } from '../ui/live.ts';
import { Main, Note, OfficerHead, Ready, Row, Rows, Screen, Second } from '../ui/parts.tsx';
import { here } from '../ui/place.ts';
import { go } from '../ui/route.ts';
import { count, day, distance, inWords, metresBetween, moment } from '../ui/when.ts';
import { say } from '../words/index.ts';

export function Today(props: { who: Profile }): JSX.Element {
  const all = live(() => reports(props.who.id));
  const places = live(() => deployments(props.who.id));
  const forms = live(() => currentForms(props.who));
  const space = live(room);
  const mine = (): Awaited<ReturnType<typeof reports>> => all.latest ?? [];
  const asked = () => mine().filter((r) => r.state === 'changes' && !mine().some((other) => other.edits === r.key));
  const drafts = () => mine().filter((r) => r.state === 'draft').sort((a, b) => b.saved_at.localeCompare(a.saved_at));
  const unsent = () => mine().filter(isUnsent).sort((a, b) => (a.finished_at ?? '').localeCompare(b.finished_at ?? ''));
  const reached = () => mine().filter((r) => ['sent', 'reviewing', 'accepted'].includes(r.state));
  const position = here();
  const until = endOfMonth();
  const due = () => (places.latest ?? []).filter((d) => d.due_on && d.due_on <= until && d.condition !== 'ended');
  const nearest = (): string => {
    const from = position();
    const first = [...due()].sort((a, b) => (a.due_on ?? '').localeCompare(b.due_on ?? ''))[0];
    if (!first) return '';
    if (!from) return say('today.first', { place: inWords({ en: first.village_name, hi: first.village_name_local }) });
    const placed = due().filter((d) => d.lat !== null && d.lon !== null)
      .map((d) => ({ d, metres: metresBetween(from, { lat: d.lat!, lon: d.lon! }) }))
      .sort((a, b) => a.metres - b.metres)[0];
    if (!placed) return '';
    const place = inWords({ en: placed.d.village_name, hi: placed.d.village_name_local });
    return say('today.nearest', { place, distance: distance(placed.metres) });
  };
  const state = (): string => {
    if (!network()) return say('today.offline');
    if (sending() || (busy() && unsent().length)) return say('today.sending');
    return unsent().length ? say('today.waiting') : say('today.online');
  };
  const start = (): void => go({ at: (forms() ?? []).some((f) => f.form_id === 'village_report') ? 'nearby' : 'forms' });

  return (
    <Screen head={<OfficerHead profile={props.who} />} foot={<Main icon="plus" onClick={start}>{say('today.start')}</Main>} tabs="today">
      <Ready sub={state()} />
      <Show when={props.who.state === 'revoked'}>
        <div class="page"><Note alert strong={say('revoked')}>{say('revoked.safe')}</Note><Second icon="qr" onClick={() => go({ at: 'add' })}>{say('revoked.add')}</Second></div>
      </Show>
      <ul class="rows asks-list">
        <For each={asked()}>
          {(r) => <Row ask icon="asked" title={say('today.asked', { place: inWords(r.village) })} sub={short(r.comment)} onClick={() => go({ at: 'asked', key: r.key })} />}
        </For>
        <Show when={space()?.low}><Row ask icon="warning" title={say('full.soon')} sub={say('full.clear')} onClick={() => go({ at: 'clear' })} /></Show>
      </ul>
      <Show when={fresh()}><div class="page"><Note strong={say('fresh.title')}>{say('fresh.text')}</Note></div></Show>
      <div class="page">
        <h2 class="heading">{say('today.do')}</h2>
        <Show when={drafts().length || due().length} fallback={<p class="small">{say('today.nothing')}</p>}>
          <Rows>
            <Show when={drafts().length}>
              <Row icon="pencil" title={count('today.drafts', drafts().length)} sub={names(drafts().map((r) => inWords(r.village)))}
                onClick={() => go(drafts().length === 1 ? { at: 'fill', key: drafts()[0]!.key } : { at: 'reports' })} />
            </Show>
            <Show when={due().length}>
              <Row icon="calendar" title={count('today.due', due().length, { day: day(until) })} sub={nearest()} onClick={() => go({ at: 'nearby', with: { due: '1' } })} />
            </Show>
          </Rows>
        </Show>
        <h2 class="heading">{say('tab.reports')}</h2>
        <Show when={unsent().length || reached().length} fallback={<p class="small">{say('today.none')}</p>}>
          <Rows>
            <Show when={unsent().length}>
              <Row icon="clock" title={count('today.unsent', unsent().length)} sub={say('today.since', { when: moment(unsent()[0]?.finished_at ?? '') })} onClick={() => go({ at: 'reports' })} />
            </Show>
            <Show when={reached().length}>
              <Row icon="tick" title={count('today.reached', reached().length)}
                sub={count('today.accepted', reached().filter((r) => r.state === 'accepted').length)} onClick={() => go({ at: 'reports' })} />
            </Show>
          </Rows>
        </Show>
      </div>
    </Screen>
  );
}

function endOfMonth(): string {
  const now = new Date();
  const last = new Date(now.getFullYear(), now.getMonth() + 1, 0);
  return `${last.getFullYear()}-${String(last.getMonth() + 1).padStart(2, '0')}-${String(last.getDate()).padStart(2, '0')}`;
}

export const names = (all: string[]): string => [...new Set(all)].slice(0, 4).join(', ');
export const short = (text: string | undefined): string => (text && text.length > 50 ? `${text.slice(0, 48).replace(/\s+\S*$/, '')} …` : (text ?? ''));
