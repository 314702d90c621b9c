import { createSignal, onCleanup, onMount, Show, type Component } from 'solid-js';
import { lookForCode } from '../../ui/camera.ts';
import { say, type Word } from '../words.ts';
import { setText, type InputNode } from '../engine.ts';
import { useAnswer, useSession } from '../session.ts';
import { Codes } from './icons.tsx';
import { Overlay } from './Overlay.tsx';
import { Question, Text } from './Question.tsx';

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

const Scanner: Component<{ node: InputNode; found: (text: string) => void; close: () => void }> = (props) => {
  const session = useSession();
  const [said, setSaid] = createSignal<Word>('holdCode');
  let video!: HTMLVideoElement;
  onMount(() =>
    onCleanup(
      lookForCode(video, {
        looking: (squaresOnly) => setSaid(squaresOnly ? 'holdSquare' : 'holdCode'),
        found: props.found,
        trouble: (why) => setSaid(why === 'refused' ? 'cameraRefused' : 'noCamera'),
      }),
    ),
  );
  return (
    <Overlay title={<Text range={props.node.currentState.label} />} lang={session.language()} close={props.close}>
      <video class="scanner" ref={video} muted playsinline />
      <div class="over-body">
        <p role="status">{say(said())}</p>
        <button class="second wide" type="button" onClick={() => props.close()}>
          {say('typeCode')}
        </button>
      </div>
    </Overlay>
  );
};
