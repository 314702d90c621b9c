import { createSignal, For, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { choose, profiles } from '../store/profiles.ts';
import { isUnsent, reports } from '../store/reports.ts';
import { live } from '../ui/live.ts';
import { BackHead, centreName, initial, Main, Screen, Second } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { count } from '../ui/when.ts';
import { say } from '../words/index.ts';

interface Person { profile: Profile; drafts: number; waiting: number }

async function people(): Promise<Person[]> {
  const out: Person[] = [];
  for (const profile of await profiles()) {
    if (profile.state === 'asked') continue;
    const own = await reports(profile.id);
    out.push({ profile, drafts: own.filter((r) => r.state === 'draft').length, waiting: own.filter(isUnsent).length });
  }
  return out;
}

export function Who(props: { who: Profile }): JSX.Element {
  const all = live(people);
  const [picked, setPicked] = createSignal(props.who.id);
  const name = (): string => (all.latest ?? []).find((p) => p.profile.id === picked())?.profile.officer.split(' ')[0] ?? '';
  const state = (p: Person): string => {
    if (p.profile.state === 'revoked') return say('revoked');
    const parts = [p.drafts ? count('today.drafts', p.drafts) : '', p.waiting ? count('who.waiting', p.waiting) : ''].filter(Boolean);
    return parts.join(', ') || say('who.nothing');
  };
  async function goOn(): Promise<void> {
    await choose(picked());
    go({ at: 'today' });
  }
  return (
    <Screen head={<BackHead title={say('who.title')} />}
      foot={<><Second icon="qr" onClick={() => go({ at: 'add' })}>{say('who.add')}</Second><Main onClick={() => void goOn()}>{say('who.goon', { name: name() })}</Main></>}>
      <fieldset class="page people">
        <legend class="hidden">{say('who.title')}</legend>
        <For each={all.latest ?? []}>
          {(p) => (
            <label class="person">
              <input type="radio" name="who" value={p.profile.id} checked={picked() === p.profile.id} onChange={() => setPicked(p.profile.id)} />
              <span class="person-text"><strong>{p.profile.officer}</strong><span class="small">{centreName(p.profile)}</span><span class="small">{state(p)}</span></span>
              <span class="initial" aria-hidden="true">{initial(p.profile.officer)}</span>
            </label>
          )}
        </For>
        <Show when={(all.latest ?? []).length > 1}><p class="small">{say('who.each')}</p></Show>
      </fieldset>
    </Screen>
  );
}
