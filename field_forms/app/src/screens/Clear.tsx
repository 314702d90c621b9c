import { createSignal, For, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { clear, isClearable, reports } from '../store/reports.ts';
import { live } from '../ui/live.ts';
import { BackHead, Empty, Main, Screen } from '../ui/parts.tsx';
import { count, day, inWords, size } from '../ui/when.ts';
import { say } from '../words/index.ts';

/** Only what the office has, and only what the officer ticks. */
export function Clear(props: { who: Profile }): JSX.Element {
  const all = live(async () => (await reports(props.who.id)).filter(isClearable).sort((a, b) => a.saved_at.localeCompare(b.saved_at)));
  const [kept, setKept] = createSignal<ReadonlySet<string>>(new Set());
  const chosen = () => (all.latest ?? []).filter((r) => !kept().has(r.key));
  const bytes = (): number => chosen().reduce((sum, r) => sum + r.bytes, 0);
  const turn = (key: string): void => {
    const next = new Set(kept());
    if (!next.delete(key)) next.add(key);
    setKept(next);
  };
  return (
    <Screen head={<BackHead title={say('phone.clear')} sub={say('clear.sub')} />}
      foot={<Show when={(all.latest ?? []).length}><Main blocked={!chosen().length} onClick={() => void clear(chosen().map((r) => r.key))}>{count('clear.do', chosen().length, { size: size(bytes()) })}</Main></Show>}>
      <div class="page flush">
        <Show when={(all.latest ?? []).length} fallback={<Show when={!all.loading}><Empty text={say('clear.none')} button={say('shell.back')} to={{ at: 'phone' }} /></Show>}>
          <ul class="rows">
            <For each={all.latest}>
              {(r) => (
                <li class="row-item"><label class="row">
                  <input type="checkbox" checked={!kept().has(r.key)} onChange={() => turn(r.key)} />
                  <span class="row-text"><span class="row-title">{inWords(r.name)}</span><span class="row-sub">{day(r.receipt_at ?? r.saved_at)}, {size(r.bytes)}</span></span>
                </label></li>
              )}
            </For>
          </ul>
        </Show>
      </div>
    </Screen>
  );
}
