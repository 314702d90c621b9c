import { createSignal, onMount, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { offline } from '../store/names.ts';
import { deployments } from '../store/packs.ts';
import { BackHead, Note, Screen, Second } from '../ui/parts.tsx';
import { go, replace } from '../ui/route.ts';
import { Scan } from '../ui/scan.tsx';
import { say } from '../words/index.ts';

const OURS = '#deployment=';
const LONGEST = 40; // letters of what is said to be unknown

/** The square code on the machine names the deployment. `code`: the phone's own camera has read it, and opened the app with it. */
export function Plate(props: { who: Profile; code?: string }): JSX.Element {
  const [typed, setTyped] = createSignal('');
  const [unknown, setUnknown] = createSignal('');
  const [scanning, setScanning] = createSignal(!props.code);
  onMount(() => void (props.code && look(OURS + props.code)));

  async function look(text: string): Promise<void> {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return;
    const all = [...(await deployments(props.who.id)), ...(await offline(props.who.id)).map((o) => o.deployment)];
    const found = all.find((d) => (d.plate && d.plate.toLowerCase() === wanted) || wanted.includes(d.uuid));
    if (found) return replace({ at: 'fill', with: { form: 'village_report', deployment: found.uuid } });
    setScanning(false);
    setUnknown(text.trim());
  }
  function again(): void {
    setUnknown('');
    setScanning(true);
  }
  const ours = (): boolean => unknown().includes(OURS);

  return (
    <Screen head={<BackHead title={say('plate.title')} sub={say('plate.sub')} />}>
      <div class="page">
        <Show when={scanning()}><Scan hint={say('plate.hold')} onCode={(text) => void look(text)} /></Show>
        <Show when={unknown()}>
          <Note alert>{ours() ? say('plate.elsewhere') : say('plate.unknown', { plate: unknown().slice(0, LONGEST) })}</Note>
          <Second icon="qr" onClick={again}>{say('plate.again')}</Second>
          <Show when={ours()} fallback={<Second icon="plus" onClick={() => go({ at: 'forms' })}>{say('nearby.new')}</Second>}>
            <Second onClick={() => go({ at: 'phone' })}>{say('phone.lists')}</Second>
          </Show>
        </Show>
        <form class="typed" onSubmit={(event) => { event.preventDefault(); void look(typed()); }}>
          <label for="plate">{say('plate.type')}</label>
          <div class="typed-line">
            <input id="plate" class="entry code" value={typed()} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
            <Second submit onClick={() => undefined}>{say('plate.find')}</Second>
          </div>
        </form>
      </div>
    </Screen>
  );
}
