import { For, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import type { RankNode } from '../engine.ts';
import { useSession } from '../session.ts';
import { Down, Up } from './icons.tsx';
import { Question } from './Question.tsx';

const Rank: Component<{ node: RankNode }> = (props) => {
  const session = useSession();
  const { node } = props;
  const answered = () => node.currentState.value.length > 0;
  const order = () => (answered() ? node.currentState.value : node.currentState.valueOptions.map((option) => option.value));
  const label = (value: string) => node.getValueLabel(value)?.asString ?? value;
  const set = (values: readonly string[]) => {
    session.change(() => node.setValues(values));
    session.tried(node);
  };
  const move = (from: number, by: 1 | -1) => {
    const values = [...order()];
    const [one] = values.splice(from, 1);
    if (one !== undefined) values.splice(from + by, 0, one);
    set(values);
  };
  return (
    <Question node={node}>
      {() => (
        <>
          <ol class="rank">
            <For each={order()}>
              {(value, i) => (
                <li classList={{ unset: !answered() }}>
                  <span class="rank-text">
                    <b>{i() + 1}</b> {label(value)}
                  </span>
                  <button class="second" type="button" aria-label={say('up', { name: label(value) })} disabled={i() === 0} onClick={() => move(i(), -1)}>
                    <Up />
                  </button>
                  <button class="second" type="button" aria-label={say('down', { name: label(value) })} disabled={i() === order().length - 1} onClick={() => move(i(), 1)}>
                    <Down />
                  </button>
                </li>
              )}
            </For>
          </ol>
          <Show when={!answered()}>
            <button class="second wide" type="button" onClick={() => set(order())}>
              {say('orderRight')}
            </button>
          </Show>
        </>
      )}
    </Question>
  );
};
export default Rank;
