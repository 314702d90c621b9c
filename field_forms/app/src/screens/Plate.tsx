import { createSignal, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { offline } from '../store/names.ts';
import { deployments } from '../store/packs.ts';
import { BackHead, Note, Screen, Second } from '../ui/parts.tsx';
import { go, replace } from '../ui/route.ts';
import { Scan } from '../ui/scan.tsx';
import { say } from '../words/index.ts';

/** The square code on the machine names the deployment. */
export function Plate(props: { who: Profile }): JSX.Element {
  const [typed, setTyped] = createSignal('');
  const [unknown, setUnknown] = createSignal('');
  const [turn, setTurn] = createSignal(1);

  async function look(text: string): Promise<void> {
    const wanted = text.trim();
    if (!wanted) return;
    const all = [...(await deployments(props.who.id)), ...(await offline(props.who.id)).map((o) => o.deployment)];
    const found = all.find((d) => same(d.plate, wanted) || wanted.includes(d.uuid));
    if (found) replace({ at: 'fill', with: { form: 'village_report', deployment: found.uuid } });
    else {
      setUnknown(wanted);
      setTurn((n) => n + 1);
    }
  }

  return (
    <Screen head={<BackHead title={say('plate.title')} sub={say('plate.sub')} />}>
      <div class="page">
        <Show when={turn()} keyed>{(_) => <Scan hint={say('plate.hold')} onCode={(text) => void look(text)} />}</Show>
        <form class="typed" onSubmit={(event) => { event.preventDefault(); void look(typed()); }}>
          <label for="plate">{say('plate.type')}</label>
          <div class="typed-line">
            <input id="plate" class="entry code" value={typed()} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
            <Second submit onClick={() => undefined}>{say('plate.find')}</Second>
          </div>
        </form>
        <Show when={unknown()}>
          <Note alert>{say('plate.unknown', { plate: unknown() })}</Note>
          <Second icon="plus" onClick={() => go({ at: 'forms' })}>{say('nearby.new')}</Second>
        </Show>
      </div>
    </Screen>
  );
}

const same = (plate: string, text: string): boolean => plate !== '' && plate.toLowerCase() === text.toLowerCase();
