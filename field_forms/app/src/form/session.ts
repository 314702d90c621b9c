/** A form being filled: which page, which questions were asked, what is wrong. */
import { createContext, createMemo, createSignal, untrack, useContext, type Accessor } from 'solid-js';
import { createStore } from 'solid-js/store';
import { say } from './words.ts';
import * as engine from './engine.ts';
import type { ChildNode, Engine, GroupNode, Leaf } from './engine.ts';
import type { OpenOptions } from './index.ts';
import { entriesOf, placeOf, type Entry, type Place } from './lists.ts';

/** What the officer sees at once: a question, a field-list group or a repeat. `titles`: the groups around it. */
export interface Page {
  node: ChildNode;
  titles: GroupNode[];
}

/** A question is `tried` once something was written in it: then its constraint speaks. Once `asked`, so does "required". */
type Told = 'tried' | 'asked';

export interface Session {
  engine: Engine;
  options: OpenOptions;
  pages: Accessor<Page[]>;
  page: Accessor<Page | undefined>;
  progress(): { page: number; of: number };
  move(by: 1 | -1): void;
  goTo(node: Leaf): void;
  /** Does something that changes answers, and tells the listeners. */
  change(action: () => void): void;
  tried(node: Leaf): void;
  ask(nodes: Leaf[]): void;
  errorOf(node: Leaf): string | null;
  onChange(listener: () => void): () => void;
  language(): string;
  /** The whole list behind a question, ready to be searched: made when it is first asked for. */
  entries(node: Leaf): Entry[] | null;
  entry(node: Leaf, value: string): Entry | undefined;
  /** Where the deployment or village that was chosen stands, for "the last visit was 140 m from here". */
  chosenPlace(): (Place & { name: string }) | null;
}

const Context = createContext<Session>();
export const SessionProvider = Context.Provider;

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('A question was drawn outside its form.');
  return session;
}

/** Writes an answer from its text; from then on its constraint speaks. */
export function useAnswer(node: Leaf): (text: string) => void {
  const session = useSession();
  return (text) => {
    session.change(() => engine.setText(node, text));
    session.tried(node);
  };
}

export function createSession(started: Engine, options: OpenOptions): Session {
  const listeners = new Set<() => void>();
  const [told, tell] = createStore<Record<string, Told>>({});
  const pages = createMemo(() => pagesOf(started.root.currentState.children, []));
  const [at, setAt] = createSignal(0);
  const index = () => Math.min(at(), Math.max(0, pages().length - 1));
  const language = () => {
    const { activeLanguage } = started.root.currentState;
    return activeLanguage.locale?.language ?? activeLanguage.language;
  };
  const cache = new Map<string, Entry[]>();
  const entries = (node: Leaf) => {
    const list = engine.listOf(started, node);
    if (!list) return null;
    const key = `${list.file} ${list.value} ${list.label} ${language()}`;
    const found = cache.get(key) ?? entriesOf(started.rows(list.file), list.value, list.label, language());
    cache.set(key, found);
    return found;
  };
  const goTo = (node: Leaf) => {
    const found = pages().findIndex((page) => contains(page.node, node));
    if (found >= 0) setAt(found);
    requestAnimationFrame(() => focusOn(node));
  };
  return {
    engine: started,
    options,
    pages,
    page: () => pages()[index()],
    progress: () => ({ page: index() + 1, of: pages().length }),
    move: (by) => setAt(Math.max(0, Math.min(index() + by, pages().length - 1))),
    goTo,
    change(action) {
      action();
      listeners.forEach((listener) => listener());
    },
    tried: (node) => void (untrack(() => told[node.nodeId]) ?? tell(node.nodeId, 'tried')),
    ask: (nodes) => nodes.forEach((node) => tell(node.nodeId, 'asked')),
    errorOf: (node) => errorText(node, told[node.nodeId]),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    language,
    entries,
    entry(node, value) {
      const list = engine.listOf(started, node);
      const row = list && started.row(list.file, list.value, value);
      return row && entriesOf([row], list.value, list.label, language())[0];
    },
    chosenPlace() {
      for (const node of engine.leaves(started.root).reverse()) {
        const list = engine.listOf(started, node);
        const value = list && node.currentState.relevant ? node.currentState.instanceValue : '';
        const row = list && value ? started.row(list.file, list.value, value) : undefined;
        const place = row && placeOf(row);
        if (row && place) return { ...place, name: row[list!.label] ?? '' };
      }
      return null;
    },
  };
}

function pagesOf(children: readonly ChildNode[], titles: GroupNode[]): Page[] {
  return children.flatMap((node): Page[] => {
    if (!node.currentState.relevant || node.nodeType === 'model-value' || isHidden(node)) return [];
    if (node.nodeType === 'group') {
      if (!node.currentState.hasRelevantBodyNodes) return [];
      const list = engine.appearances(node);
      if (list.has('field-list') || list.has('table-list')) return [{ node, titles }];
      return pagesOf(node.currentState.children, [...titles, node]);
    }
    return [{ node, titles }];
  });
}

/** Questions that photos fill in: `photo_taken`, `photo_place` beside an image `photo`. */
const FACT = /^(.+)_(taken|place)$/;

export function isHidden(node: ChildNode): boolean {
  if (engine.appearances(node).has('hidden')) return true;
  if (node.nodeType !== 'input') return false;
  const photo = FACT.exec(engine.nameOf(node))?.[1];
  return !!photo && siblings(node).some((one) => one.nodeType === 'upload' && engine.nameOf(one) === photo);
}

export const siblings = (node: Leaf): Leaf[] => engine.beside(node).filter((one): one is Leaf => one.nodeType !== 'model-value');

/** The hidden value or question `<name>_<what>` beside this one. */
export function factOf(node: Leaf, what: 'taken' | 'place'): Leaf | engine.Hidden | undefined {
  return engine.beside(node).find((one) => engine.nameOf(one) === `${engine.nameOf(node)}_${what}`);
}

function contains(outer: ChildNode, leaf: Leaf): boolean {
  for (let node: unknown = leaf; node; node = (node as ChildNode).parent) if (node === outer) return true;
  return false;
}

export function focusOn(node: Leaf): void {
  const question = document.getElementById(`q-${node.nodeId}`);
  const control = question?.querySelector<HTMLElement>('input:not([type=file]), textarea, select') ?? question?.querySelector<HTMLElement>('input, button');
  question?.scrollIntoView({ block: 'start' });
  (control ?? question)?.focus({ preventScroll: true });
}

export function wrongOf(node: ChildNode): Leaf[] {
  return engine.leaves(node).filter((leaf) => leaf.currentState.relevant && leaf.validationState.violation);
}

function errorText(node: Leaf, told: Told | undefined): string | null {
  const { violation } = node.validationState;
  if (!violation || !told || !node.currentState.relevant) return null;
  if (violation.condition === 'required') return told === 'asked' ? violation.message?.asString.trim() || say('answerFirst') : null;
  const own = violation.message?.asString.trim();
  if (own) return own;
  const { least, most } = engine.bounds(node);
  const value = engine.written(node);
  if (node.nodeType === 'select' || value.length > 20) return say('doesNotFit');
  if (least !== null && most !== null) return say('cannotBeBetween', { value, least, most });
  if (least !== null) return say('cannotBeLess', { value, least });
  if (most !== null) return say('cannotBeMore', { value, most });
  return say('cannotBe', { value });
}
