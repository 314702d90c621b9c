import { createSignal, For, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { keep, leaves, putBack, type Kept, type RepeatInstanceNode, type RepeatRangeNode } from '../engine.ts';
import { focusOn, useSession } from '../session.ts';
import { Control } from './Control.tsx';
import { Text } from './Question.tsx';

/** All entries of a repeat, one under the other. What was removed can be taken back until the next is removed. */
export const Repeat: Component<{ node: RepeatRangeNode }> = (props) => {
  const session = useSession();
  const { node } = props;
  const [removed, setRemoved] = createSignal<{ index: number; kept: Kept } | null>(null);
  const free = () => node.nodeType === 'repeat-range:uncontrolled' && !node.currentState.readonly;
  const add = () => {
    if (node.nodeType !== 'repeat-range:uncontrolled') return;
    session.change(() => node.addInstances());
    const first = leaves(node.currentState.children.at(-1)!)[0];
    if (first) requestAnimationFrame(() => focusOn(first));
  };
  const remove = (instance: RepeatInstanceNode, index: number) => {
    if (node.nodeType !== 'repeat-range:uncontrolled') return;
    setRemoved({ index, kept: keep(instance) });
    session.change(() => node.removeInstances(index, 1));
  };
  const undo = () => {
    const last = removed();
    if (last) session.change(() => putBack(node, last.index, last.kept));
    setRemoved(null);
  };
  return (
    <div class="repeat" role="group">
      <h2 class="form-title">
        <Text range={node.currentState.label} />
      </h2>
      <For each={node.currentState.children}>
        {(instance, index) => (
          <div class="repeat-one" role="group" aria-label={say('entry', { n: index() + 1 })}>
            <div class="repeat-head">
              <strong>{say('entry', { n: index() + 1 })}</strong>
              <Show when={free()}>
                <button class="link" type="button" aria-label={say('removeEntry', { n: index() + 1 })} onClick={() => remove(instance, index())}>
                  {say('remove')}
                </button>
              </Show>
            </div>
            <For each={instance.currentState.children}>{(child) => <Control node={child} />}</For>
          </div>
        )}
      </For>
      <div role="status">
        <Show when={removed()}>
          <p class="undo">
            <span>{say('removed')}</span>
            <button class="second" type="button" onClick={undo}>
              {say('undo')}
            </button>
          </p>
        </Show>
      </div>
      <Show when={free()}>
        <button class="second wide" type="button" onClick={add}>
          {node.currentState.children.length ? say('addAnother') : say('add')}
        </button>
      </Show>
    </div>
  );
};
