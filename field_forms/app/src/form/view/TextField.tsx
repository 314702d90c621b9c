import { createUniqueId, onCleanup, Show, type Component } from 'solid-js';
import { appearances, setText, type InputNode } from '../engine.ts';
import { useSession } from '../session.ts';
import { Question } from './Question.tsx';
import { latin } from './digits.ts';

export const TextField: Component<{ node: InputNode }> = (props) => {
  const session = useSession();
  const looks = appearances(props.node);
  const options = props.node.nodeOptions as { rows?: number | null } | null;
  const long = looks.has('multiline') || (options?.rows ?? 1) > 1;
  const digits = looks.has('numbers');
  const write = (value: string) => session.change(() => setText(props.node, value));
  const name = createUniqueId(); // no browser offers what the phone's other user wrote
  const typed = (field: HTMLInputElement | HTMLTextAreaElement) => {
    if (digits) field.value = latin(field.value).replace(/[^\d+*#., -]/g, '');
    write(field.value);
  };
  let area: HTMLTextAreaElement | undefined;
  const grow = () => {
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 4}px`;
  };
  onCleanup(() => (area = undefined));
  return (
    <Question node={props.node} one>
      {(ids) => (
        <Show
          when={long}
          fallback={
            <input
              class="field"
              id={ids.control}
              name={name}
              type={looks.has('masked') ? 'password' : 'text'}
              inputmode={digits ? 'numeric' : looks.has('url') ? 'url' : 'text'}
              autocomplete="off"
              value={props.node.currentState.instanceValue}
              readOnly={props.node.currentState.readonly}
              aria-invalid={ids.invalid()}
              aria-describedby={ids.describedBy()}
              onInput={(event) => typed(event.currentTarget)}
              onChange={() => session.tried(props.node)}
            />
          }
        >
          <textarea
            class="field"
            id={ids.control}
            name={name}
            ref={(element) => {
              area = element;
              requestAnimationFrame(grow);
            }}
            rows={options?.rows ?? 3}
            autocomplete="off"
            value={props.node.currentState.instanceValue}
            readOnly={props.node.currentState.readonly}
            aria-invalid={ids.invalid()}
            aria-describedby={ids.describedBy()}
            onInput={(event) => {
              typed(event.currentTarget);
              grow();
            }}
            onChange={() => session.tried(props.node)}
          />
        </Show>
      )}
    </Question>
  );
};
