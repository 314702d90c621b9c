import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { say } from '../words/index.ts';
import { lookForCode, type Trouble } from './camera.ts';
import { Second } from './parts.tsx';

/** The camera's picture until a square code is in it. Where phone or officer do not let it: why, and the typed code. */
export function Scan(props: { hint: string; onCode: (text: string) => void }): JSX.Element {
  const [looking, setLooking] = createSignal(false);
  const [trouble, setTrouble] = createSignal<Trouble | ''>('');
  let video!: HTMLVideoElement;
  let stop = (): void => undefined;

  onMount(start);
  onCleanup(() => stop());

  function start(): void {
    setTrouble('');
    stop = lookForCode(video, { looking: () => setLooking(true), found: props.onCode, trouble: setTrouble });
  }

  return (
    <figure class="scan">
      <div class="scan-view" classList={{ 'scan-blind': trouble() !== '' }}>
        <video ref={video} muted playsinline aria-hidden="true" class={looking() ? '' : 'gone'} />
        <p class="scan-none" role="status">{trouble() && say(trouble() === 'refused' ? 'scan.refused' : 'scan.none')}</p>
        <Show when={!trouble()}>
          <svg class="scan-frame" viewBox="0 0 100 100" aria-hidden="true"><path d="M3 22V3h19M78 3h19v19M97 78v19H78M22 97H3V78" /></svg>
        </Show>
      </div>
      <figcaption><Show when={trouble()} fallback={props.hint}><Second onClick={start}>{say('scan.again')}</Second></Show></figcaption>
    </figure>
  );
}
