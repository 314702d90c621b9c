import { createEffect, createMemo, createSignal, For, on, Show, type Component, type JSX } from 'solid-js';
import { say } from '../words.ts';
import { leaves, type ChildNode, type GroupNode } from '../engine.ts';
import { focusOn, SessionProvider, useSession, wrongOf, type Page, type Session } from '../session.ts';
import { Control } from './Control.tsx';
import { Back } from './icons.tsx';
import { Text } from './Question.tsx';

export interface FormViewProps {
  finish?: () => void;
  /** What its button says, where nothing waits for a network. */
  finishing?: string;
}

export function FormView(props: FormViewProps, session: Session): JSX.Element {
  return (
    <SessionProvider value={session}>
      <Pages finish={props.finish} finishing={props.finishing} />
    </SessionProvider>
  );
}

const Pages: Component<FormViewProps> = (props) => {
  const session = useSession();
  const [stopped, stop] = createSignal(false);
  let page!: HTMLDivElement;
  const node = () => session.page()?.node;
  const last = () => session.progress().page === session.progress().of;
  /** Wrong and said so on this page; once the officer tried to go on, also what is still missing. */
  const errors = createMemo(() => {
    const shown = node();
    return shown ? wrongOf(shown).filter((leaf) => session.errorOf(leaf)).length : 0;
  });
  createEffect(on(() => node()?.nodeId, () => (stop(false), page.scrollTo(0, 0)), { defer: true }));
  const goOn = () => {
    const shown = node();
    if (!shown) return props.finish?.();
    const wrong = wrongOf(shown);
    if (wrong[0]) {
      session.ask(leaves(shown).filter((leaf) => leaf.currentState.relevant));
      stop(true);
      return void requestAnimationFrame(() => focusOn(wrong[0]!));
    }
    if (last()) props.finish?.();
    else session.move(1);
  };
  return (
    <section class="form-view" lang={session.language() || undefined} classList={{ stopped: stopped() }}>
      <Steps />
      <div class="form-page" ref={page}>
        <Show when={session.page()} keyed>
          {(shown) => <PageView page={shown} />}
        </Show>
      </div>
      <div class="form-bar">
        <button class="second back" type="button" aria-label={say('back')} disabled={session.progress().page <= 1} onClick={() => session.move(-1)}>
          <Back />
        </button>
        <Show when={errors() > 0 || !last() || props.finish}>
          <button class="main" type="button" onClick={goOn}>
            {errors() === 1 ? say('fixOne') : errors() ? say('fixMany', { n: errors() }) : last() ? (props.finishing ?? say('send')) : say('next')}
          </button>
        </Show>
      </div>
    </section>
  );
};

const Steps: Component = () => {
  const session = useSession();
  const progress = session.progress;
  return (
    <div
      class="form-steps"
      role="progressbar"
      aria-label={say('pageOf', progress())}
      aria-valuemin={1}
      aria-valuemax={progress().of}
      aria-valuenow={progress().page}
    >
      <For each={session.pages()}>{(_, i) => <span classList={{ done: i() < progress().page }} />}</For>
    </div>
  );
};

const PageView: Component<{ page: Page }> = (props) => (
  <>
    <For each={props.page.titles}>{(group) => <Title group={group} />}</For>
    <Nodes node={props.page.node} />
  </>
);

const Title: Component<{ group: GroupNode }> = (props) => (
  <Show when={props.group.currentState.label}>
    {(label) => (
      <h2 class="form-title">
        <Text range={label()} />
      </h2>
    )}
  </Show>
);

const Nodes: Component<{ node: ChildNode }> = (props) => {
  const node = props.node;
  if (node.nodeType !== 'group') return <Control node={node} />;
  return (
    <>
      <Title group={node} />
      <For each={node.currentState.children}>{(child) => <Control node={child} />}</For>
    </>
  );
};
