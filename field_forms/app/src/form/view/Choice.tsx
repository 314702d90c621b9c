import { createMemo, For, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { appearances, type SelectNode } from '../engine.ts';
import { useSession } from '../session.ts';
import { Question, Text, type Ids } from './Question.tsx';
import { SearchField } from './SearchField.tsx';

const MANY = 30; // more than one can look through: these are searched

/** How the choices stand: as rows, in a grid, or as a scale. */
function layout(looks: Set<string>): string {
  if (looks.has('likert')) return 'likert';
  for (const token of looks) {
    if (/^columns(-|$)|^horizontal|compact$|^no-buttons$/.test(token)) return 'grid';
  }
  return 'rows';
}

export const Choice: Component<{ node: SelectNode }> = (props) => {
  const looks = appearances(props.node);
  const many = createMemo(() => looks.has('autocomplete') || looks.has('search') || props.node.currentState.valueOptions.length > MANY);
  const minimal = looks.has('minimal');
  if (looks.has('label')) return <Question node={props.node}>{() => null}</Question>;
  return (
    <Show when={!many() && !(minimal && props.node.selectType === 'select')} fallback={<SearchField node={props.node} />}>
      <Show when={!minimal} fallback={<Dropdown node={props.node} />}>
        <Question node={props.node}>{(ids) => <Options node={props.node} ids={ids} looks={looks} />}</Question>
      </Show>
    </Show>
  );
};

const Options: Component<{ node: SelectNode; ids: Ids; looks: Set<string> }> = (props) => {
  const session = useSession();
  const { node } = props;
  const several = node.selectType === 'select';
  const chosen = (value: string) => node.currentState.value.includes(value);
  const pick = (value: string, on: boolean) => {
    session.change(() => {
      if (!several) node.selectValue(on ? value : null);
      else node.selectValues(on ? [...node.currentState.value, value] : node.currentState.value.filter((one) => one !== value));
    });
    session.tried(node);
    const alone = session.page()?.node === node;
    if (!several && on && alone && [...props.looks].some((token) => token.startsWith('quick'))) session.move(1);
  };
  return (
    <>
      <div class={`options ${layout(props.looks)}`}>
        <For each={node.currentState.valueOptions}>
          {(option) => (
            <label class="option" classList={{ chosen: chosen(option.value), off: node.currentState.readonly }}>
              <input
                type={several ? 'checkbox' : 'radio'}
                name={props.ids.control}
                value={option.value}
                checked={chosen(option.value)}
                disabled={node.currentState.readonly}
                aria-invalid={props.ids.invalid()}
                onClick={(event) => {
                  // What need not be answered is taken back by choosing it again.
                  if (several || node.currentState.required || !chosen(option.value)) return;
                  event.currentTarget.checked = false;
                  pick(option.value, false);
                }}
                onChange={(event) => pick(option.value, event.currentTarget.checked)}
              />
              <span class="option-text">
                <Show when={session.engine.mediaUrl(option.label.imageSource)}>{(url) => <img src={url()} alt="" />}</Show>
                <Text range={option.label} />
              </span>
            </label>
          )}
        </For>
      </div>
      <Show when={node.currentState.valueOptions.length === 0}>
        <p class="q-hint">{say('noChoices')}</p>
      </Show>
    </>
  );
};

const Dropdown: Component<{ node: SelectNode }> = (props) => {
  const session = useSession();
  const { node } = props;
  return (
    <Question node={node} one>
      {(ids) => (
        <select
          class="field"
          id={ids.control}
          disabled={node.currentState.readonly}
          aria-invalid={ids.invalid()}
          aria-describedby={ids.describedBy()}
          onChange={(event) => {
            const { value } = event.currentTarget;
            session.change(() => node.selectValue(value || null));
            session.tried(node);
          }}
        >
          <option value="" selected={node.currentState.value.length === 0}>
            {say('choose')}
          </option>
          <For each={node.currentState.valueOptions}>
            {(option) => (
              <option value={option.value} selected={node.currentState.value.includes(option.value)}>
                {option.label.asString}
              </option>
            )}
          </For>
        </select>
      )}
    </Question>
  );
};
