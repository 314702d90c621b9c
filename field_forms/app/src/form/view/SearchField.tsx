import { createMemo, createSignal, For, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { nameOf, setText, type InputNode, type SelectNode } from '../engine.ts';
import { distance, fold, loosen, marked, search, type Entry, type Place } from '../lists.ts';
import { siblings, useAnswer, useSession } from '../session.ts';
import { metres } from './geo.ts';
import { Chevron, Cross, Lens } from './icons.tsx';
import { Overlay } from './Overlay.tsx';
import { Question, Text } from './Question.tsx';

/** A choice from a long list: what is chosen, and a screen to search in. */
export const SearchField: Component<{ node: SelectNode | InputNode }> = (props) => {
  const session = useSession();
  const { node } = props;
  const [open, setOpen] = createSignal(false);
  const entries = () => (node.nodeType === 'select' ? fromOptions(node, session.entries(node)) : (session.entries(node) ?? []));
  const several = node.nodeType === 'select' ? node.selectType === 'select' : !!session.engine.lists.get(node.definition.nodeset)?.multiple;
  const chosen = () => node.currentState.instanceValue.split(' ').filter(Boolean);
  const write = useAnswer(node);
  const set = (values: string[]) => write(values.join(' '));
  const nameOfValue = (value: string) =>
    session.entry(node, value)?.names[0] ?? (node.nodeType === 'select' ? node.getValueOption(value)?.label.asString : undefined) ?? value;
  const names = () => chosen().map(nameOfValue);
  return (
    <Question node={node}>
      {(ids) => (
        <>
          <button
            class="second picker"
            type="button"
            id={ids.control}
            disabled={node.currentState.readonly}
            aria-labelledby={`${ids.label} ${ids.control}-v`}
            aria-describedby={ids.describedBy()}
            onClick={() => setOpen(true)}
          >
            <Lens />
            <span id={`${ids.control}-v`} classList={{ empty: !chosen().length }}>
              {names().join(', ') || say('choose')}
            </span>
            <Chevron />
          </button>
          <Show when={several ? undefined : session.entry(node, chosen()[0] ?? '')}>
            {(entry) => <Detail entry={entry()} />}
          </Show>
          <Show when={open()}>
            <SearchScreen node={node} entries={entries()} chosen={chosen()} several={several} set={set} close={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Question>
  );
};

/** Choices the engine filtered, with what the list file says besides. */
function fromOptions(node: SelectNode, listed: Entry[] | null): Entry[] {
  const byValue = new Map(listed?.map((entry) => [entry.value, entry]));
  return node.currentState.valueOptions.map((option) => {
    const name = option.label.asString;
    const known = byValue.get(option.value);
    if (known) return known;
    return { value: option.value, names: [name], detail: [], panchayat: '', place: null, folded: [fold(name), ''], loose: loosen(fold(name)) };
  });
}

const Detail: Component<{ entry: Entry }> = (props) => {
  const text = () => [props.entry.panchayat && say('panchayat', { name: props.entry.panchayat }), ...props.entry.detail].filter(Boolean).join(', ');
  return (
    <Show when={text()}>
      <span class="row-detail">{text()}</span>
    </Show>
  );
};

interface ScreenProps {
  node: SelectNode | InputNode;
  entries: Entry[];
  chosen: string[];
  several: boolean;
  set: (values: string[]) => void;
  close: () => void;
}

const SearchScreen: Component<ScreenProps> = (props) => {
  const session = useSession();
  const entries = createMemo(() => props.entries);
  const [typed, setTyped] = createSignal('');
  const near = () => session.options.villageHint ?? null;
  const found = createMemo(() => search(entries(), typed(), near()));
  const label = () => props.node.currentState.label;
  const far = (place: Place | null) => (near() && place ? metres(distance(near()!, place)) : '');
  const pick = (value: string) => {
    if (props.several) {
      return props.set(props.chosen.includes(value) ? props.chosen.filter((one) => one !== value) : [...props.chosen, value]);
    }
    props.set([value]);
    props.close();
  };
  /** `village_listed` beside `village`: whether it is in the list at all. */
  const listed = siblings(props.node).find((one) => one.nodeType === 'select' && nameOf(one) === `${nameOf(props.node)}_listed`);
  const notListed = () => {
    session.change(() => listed && setText(listed, 'no'));
    props.close();
  };
  return (
    <Overlay
      title={<Text range={label()} />}
      aside={<span aria-live="polite">{say('countOf', { n: found().count.toLocaleString('en-IN'), of: entries().length.toLocaleString('en-IN') })}</span>}
      lang={session.language()}
      close={props.close}
    >
      <div class="over-body">
        <div class="search-box">
          <Lens />
          <input
            data-first
            type="text"
            enterkeyhint="search"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-label={say('search')}
            value={typed()}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <Show when={typed()}>
            <button class="plain" type="button" aria-label={say('clear')} onClick={() => setTyped('')}>
              <Cross />
            </button>
          </Show>
        </div>
        <Show when={found().twice}>
          {(twice) => <p class="search-warning">{say(twice().panchayat ? 'sameVillage' : 'sameName', { n: twice().count, name: twice().name })}</p>}
        </Show>
        <ul class="search-rows">
          <For each={found().entries}>
            {(entry) => (
              <li>
                <button
                  class="search-row"
                  type="button"
                  aria-pressed={props.chosen.includes(entry.value)}
                  classList={{ chosen: props.chosen.includes(entry.value) }}
                  onClick={() => pick(entry.value)}
                >
                  <span class="row-names">
                    <For each={entry.names}>
                      {(name, i) => (
                        <>
                          {i() ? ', ' : ''}
                          <Marked name={name} typed={typed()} />
                        </>
                      )}
                    </For>
                    <Detail entry={entry} />
                  </span>
                  <strong class="row-far">{far(entry.place)}</strong>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={found().count > found().entries.length}>
          <p class="q-hint">{say('typeMore', { n: found().entries.length })}</p>
        </Show>
        <Show when={found().count === 0}>
          <p class="q-hint">{say('noneFound')}</p>
        </Show>
        <Show when={props.chosen.length && !props.several && !props.node.currentState.required}>
          <button class="link" type="button" onClick={() => (props.set([]), props.close())}>
            {say('noAnswer')}
          </button>
        </Show>
        <Show when={listed}>
          <button class="link" type="button" onClick={notListed}>
            {say('notListed')}
          </button>
        </Show>
      </div>
      <Show when={props.several}>
        <div class="form-bar">
          <button class="main" type="button" onClick={() => props.close()}>
            {props.chosen.length ? say('doneWith', { n: props.chosen.length }) : say('done')}
          </button>
        </div>
      </Show>
    </Overlay>
  );
};

const Marked: Component<{ name: string; typed: string }> = (props) => {
  const parts = createMemo(() => marked(props.name, props.typed));
  return (
    <Show when={parts()} fallback={<span>{props.name}</span>}>
      {(three) => (
        <span>
          {three()[0]}
          <b>{three()[1]}</b>
          {three()[2]}
        </span>
      )}
    </Show>
  );
};
