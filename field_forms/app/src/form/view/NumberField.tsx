import { createSignal, type Component } from 'solid-js';
import { say } from '../words.ts';
import { appearances, setText, written, type InputNode } from '../engine.ts';
import { useSession } from '../session.ts';
import { complete, numeric } from './digits.ts';
import { Minus, Plus } from './icons.tsx';
import { Question } from './Question.tsx';

export const NumberField: Component<{ node: InputNode }> = (props) => {
  const session = useSession();
  const decimal = props.node.valueType === 'decimal';
  const [typing, type] = createSignal<string | null>(null);
  const value = () => written(props.node);
  const write = (text: string) => session.change(() => setText(props.node, complete(text) ? text : ''));
  const step = (by: 1 | -1) => {
    const now = value() === '' ? null : Number(value());
    const next = now === null ? Math.max(0, by) : by < 0 && now >= 0 ? Math.max(0, now - 1) : now + by;
    type(null);
    write(String(Math.round(next * 1e6) / 1e6));
    session.tried(props.node);
  };
  const typed = (field: HTMLInputElement) => {
    field.value = numeric(field.value, decimal);
    type(field.value);
    write(field.value);
  };
  return (
    <Question node={props.node} one>
      {(ids) => (
        <div class="number" classList={{ long: appearances(props.node).has('thousands-sep') }}>
          <button class="second" type="button" aria-label={say('less')} disabled={props.node.currentState.readonly} onClick={() => step(-1)}>
            <Minus />
          </button>
          <input
            class="field"
            id={ids.control}
            type="text"
            inputmode={decimal ? 'decimal' : 'numeric'}
            autocomplete="off"
            value={typing() ?? value()}
            readOnly={props.node.currentState.readonly}
            aria-invalid={ids.invalid()}
            aria-describedby={ids.describedBy()}
            onInput={(event) => typed(event.currentTarget)}
            onChange={() => session.tried(props.node)}
            onBlur={() => type(null)}
          />
          <button class="second" type="button" aria-label={say('more')} disabled={props.node.currentState.readonly} onClick={() => step(1)}>
            <Plus />
          </button>
        </div>
      )}
    </Question>
  );
};
