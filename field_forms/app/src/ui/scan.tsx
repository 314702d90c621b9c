import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { say } from '../words/index.ts';
import { reader } from './reader.ts';

/** The camera's picture until a square code is in it. Where phone or officer do not let it: words, and the typed code. */
export function Scan(props: { hint: string; onCode: (text: string) => void }): JSX.Element {
  const [state, setState] = createSignal<'starting' | 'looking' | 'none'>('starting');
  let video!: HTMLVideoElement;
  let stream: MediaStream | null = null;
  let over = false;

  onMount(() => void start());
  onCleanup(stop);

  async function start(): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia) {
      setState('none');
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (over) return stop();
      video.srcObject = stream;
      await video.play();
      setState('looking');
      await look(await reader());
    } catch {
      if (!over) setState('none');
    }
  }

  async function look(read: Awaited<ReturnType<typeof reader>>): Promise<void> {
    while (!over) {
      const found = await read(video).catch(() => null);
      if (found) {
        stop();
        props.onCode(found);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  function stop(): void {
    over = true;
    stream?.getTracks().forEach((track) => track.stop());
  }

  return (
    <figure class="scan">
      <div class="scan-view">
        <video ref={video} muted playsinline aria-hidden="true" class={state() === 'looking' ? '' : 'gone'} />
        <Show when={state() !== 'none'} fallback={<p class="scan-none">{say('scan.none')}</p>}>
          <svg class="scan-frame" viewBox="0 0 100 100" aria-hidden="true"><path d="M3 22V3h19M78 3h19v19M97 78v19H78M22 97H3V78" /></svg>
        </Show>
      </div>
      <Show when={state() !== 'none'}><figcaption>{props.hint}</figcaption></Show>
    </figure>
  );
}
