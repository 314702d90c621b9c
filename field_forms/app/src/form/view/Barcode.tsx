import { createSignal, onCleanup, onMount, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { setText, type InputNode } from '../engine.ts';
import { useAnswer, useSession } from '../session.ts';
import { Codes } from './icons.tsx';
import { Overlay } from './Overlay.tsx';
import { Question, Text } from './Question.tsx';

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
declare const BarcodeDetector: { new (): Detector } | undefined;

const Barcode: Component<{ node: InputNode }> = (props) => {
  const session = useSession();
  const [open, setOpen] = createSignal(false);
  const set = useAnswer(props.node);
  return (
    <Question node={props.node} one>
      {(ids) => (
        <>
          <input
            class="field"
            id={ids.control}
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={props.node.currentState.instanceValue}
            readOnly={props.node.currentState.readonly}
            aria-invalid={ids.invalid()}
            aria-describedby={ids.describedBy()}
            onInput={(event) => {
              const { value } = event.currentTarget;
              session.change(() => setText(props.node, value));
            }}
            onChange={() => session.tried(props.node)}
          />
          <Show when={!props.node.currentState.readonly}>
            <button class="second wide" type="button" onClick={() => setOpen(true)}>
              <Codes />
              {say('scan')}
            </button>
          </Show>
          <Show when={open()}>
            <Scanner node={props.node} found={(text) => (set(text), setOpen(false))} close={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Question>
  );
};
export default Barcode;

/** Reads a picture: by the phone's own detector, else by jsQR, which knows QR codes only. */
async function reader(): Promise<(video: HTMLVideoElement) => Promise<string | null>> {
  if (typeof BarcodeDetector !== 'undefined') {
    const detector = new BarcodeDetector();
    try {
      await detector.detect(document.createElement('canvas'));
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    } catch {
      // There in name only: some phones lack the service behind it.
    }
  }
  const { default: jsQR } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (!canvas.width) return null;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, width, height)?.data || null;
  };
}

const Scanner: Component<{ node: InputNode; found: (text: string) => void; close: () => void }> = (props) => {
  const session = useSession();
  const [problem, setProblem] = createSignal('');
  let video!: HTMLVideoElement;
  let stream: MediaStream | undefined;
  let ended = false;
  onMount(async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (ended) return stop();
      video.srcObject = stream;
      await video.play();
      const read = await reader();
      while (!ended) {
        const text = await read(video).catch(() => null);
        if (text && !ended) return props.found(text);
        await new Promise((later) => setTimeout(later, 150));
      }
    } catch {
      setProblem(say('noCamera'));
    }
  });
  const stop = () => stream?.getTracks().forEach((track) => track.stop());
  onCleanup(() => {
    ended = true;
    stop();
  });
  return (
    <Overlay title={<Text range={props.node.currentState.label} />} lang={session.language()} close={props.close}>
      <video class="scanner" ref={video} muted playsinline />
      <div class="over-body">
        <p role="status">{problem() || say('holdCode')}</p>
        <button class="second wide" type="button" onClick={() => props.close()}>
          {say('typeCode')}
        </button>
      </div>
    </Overlay>
  );
};
