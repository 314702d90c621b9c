import { createUniqueId, For, Show, type Component, type JSX } from 'solid-js';
import type { Leaf, TextRange } from '../engine.ts';
import { useSession } from '../session.ts';
import { Alert } from './icons.tsx';
import { Markdown } from './Markdown.tsx';

export interface Ids {
  control: string;
  label: string;
  describedBy: () => string | undefined;
  invalid: () => boolean;
}

/** Bold question, hint, control, and under the control what is wrong. `one`: a single field, which the label names. */
export function Question(props: { node: Leaf; one?: boolean; children: (ids: Ids) => JSX.Element }): JSX.Element {
  const session = useSession();
  const id = createUniqueId();
  const error = () => session.errorOf(props.node);
  const hint = () => props.node.currentState.hint;
  const ids: Ids = {
    control: `c-${id}`,
    label: `l-${id}`,
    describedBy: () => [hint() && `h-${id}`, error() && `e-${id}`].filter(Boolean).join(' ') || undefined,
    invalid: () => !!error(),
  };
  return (
    <div
      class="q"
      classList={{ wrong: !!error() }}
      id={`q-${props.node.nodeId}`}
      role={props.one ? undefined : 'group'}
      aria-labelledby={props.one ? undefined : ids.label}
      aria-describedby={props.one ? undefined : ids.describedBy()}
      tabindex={-1}
    >
      <Show
        when={props.one}
        fallback={
          <div class="q-label" id={ids.label}>
            <Text range={props.node.currentState.label} />
          </div>
        }
      >
        <label class="q-label" id={ids.label} for={ids.control}>
          <Text range={props.node.currentState.label} />
        </label>
      </Show>
      <Show when={hint()}>
        {(range) => (
          <div class="q-hint" id={`h-${id}`}>
            <Text range={range()} />
          </div>
        )}
      </Show>
      <Media range={props.node.currentState.label} />
      <div class="q-control">{props.children(ids)}</div>
      <div role="alert">
        <Show when={error()}>
          {(text) => (
            <p class="q-error" id={`e-${id}`}>
              <Alert />
              <span>{text()}</span>
            </p>
          )}
        </Show>
      </div>
    </div>
  );
}

export const Text: Component<{ range: TextRange | null | undefined }> = (props) => (
  <Show when={props.range}>{(range) => <Markdown nodes={range().formatted} />}</Show>
);

/** Picture, sound and film that belong to a question. */
export const Media: Component<{ range: TextRange | null | undefined }> = (props) => {
  const session = useSession();
  const kinds = ['imageSource', 'audioSource', 'videoSource'] as const;
  return (
    <For each={kinds}>
      {(kind) => (
        <Show when={session.engine.mediaUrl(props.range?.[kind])}>
          {(url) =>
            kind === 'imageSource' ? (
              <img class="q-media" src={url()} alt="" />
            ) : kind === 'audioSource' ? (
              <audio class="q-media" src={url()} controls />
            ) : (
              <video class="q-media" src={url()} controls />
            )
          }
        </Show>
      )}
    </For>
  );
};
