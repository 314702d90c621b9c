import type { Component } from 'solid-js';
import { say } from '../words.ts';
import type { TriggerNode } from '../engine.ts';
import { useSession } from '../session.ts';
import { Question } from './Question.tsx';

const Trigger: Component<{ node: TriggerNode }> = (props) => {
  const session = useSession();
  return (
    <Question node={props.node}>
      {(ids) => (
        <label class="option" classList={{ chosen: !!props.node.currentState.value }}>
          <input
            type="checkbox"
            checked={!!props.node.currentState.value}
            disabled={props.node.currentState.readonly}
            aria-invalid={ids.invalid()}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              session.change(() => props.node.setValue(checked));
              session.tried(props.node);
            }}
          />
          <span class="option-text">{say('ok')}</span>
        </label>
      )}
    </Question>
  );
};
export default Trigger;
