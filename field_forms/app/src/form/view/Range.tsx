import { For, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { appearances, rangeBounds, written, type RangeNode } from '../engine.ts';
import { useAnswer } from '../session.ts';
import { complete, numeric } from './digits.ts';
import { Question } from './Question.tsx';

const Range: Component<{ node: RangeNode }> = (props) => {
  const { start, end, step } = rangeBounds(props.node);
  const looks = appearances(props.node);
  const [least, most] = [Math.min(start, end), Math.max(start, end)];
  const value = () => written(props.node);
  const few = looks.has('rating') && (most - least) / step <= 10;
  const write = useAnswer(props.node);
  const set = (text: string) => {
    const number = Number(text);
    const near = text === '' ? '' : String(Math.round((least + Math.round((Math.min(most, Math.max(least, number)) - least) / step) * step) * 1e6) / 1e6);
    write(near);
  };
  const steps = Array.from({ length: Math.min(50, Math.floor((most - least) / step) + 1) }, (_, i) => String(Math.round((least + i * step) * 1e6) / 1e6));
  return (
    <Show
      when={!few}
      fallback={
        <Question node={props.node}>
          {(ids) => (
            <div class="options likert">
              <For each={steps}>
                {(one) => (
                  <label class="option" classList={{ chosen: Number(value()) === Number(one) && value() !== '' }}>
                    <input type="radio" name={ids.control} checked={Number(value()) === Number(one) && value() !== ''} onChange={() => set(one)} />
                    <span class="option-text">{one}</span>
                  </label>
                )}
              </For>
            </div>
          )}
        </Question>
      }
    >
      <Question node={props.node} one>
        {(ids) => (
          <div class="range">
            <input
              class="slider"
              classList={{ unset: value() === '' }}
              type="range"
              aria-labelledby={ids.label}
              min={least}
              max={most}
              step={step}
              value={value() === '' ? least : value()}
              aria-valuetext={value() === '' ? say('notAnswered') : value()}
              onInput={(event) => set(event.currentTarget.value)}
            />
            <div class="range-ends">
              <span>{least}</span>
              <input
                class="field"
                id={ids.control}
                type="text"
                inputmode="decimal"
                autocomplete="off"
                value={value()}
                aria-invalid={ids.invalid()}
                aria-describedby={ids.describedBy()}
                onChange={({ currentTarget: field }) => {
                  const text = numeric(field.value, props.node.valueType === 'decimal');
                  set(complete(text) ? text : '');
                  field.value = value();
                }}
              />
              <span>{most}</span>
            </div>
          </div>
        )}
      </Question>
    </Show>
  );
};
export default Range;
