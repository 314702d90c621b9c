import { For, lazy, Match, Show, Suspense, Switch, type Component, type JSX } from 'solid-js';
import { appearances, listOf, type ChildNode, type GroupNode, type InputNode, type Leaf } from '../engine.ts';
import { isHidden, useSession } from '../session.ts';
import { Choice } from './Choice.tsx';
import { DateField } from './DateField.tsx';
import { NumberField } from './NumberField.tsx';
import { Text } from './Question.tsx';
import { Repeat } from './Repeat.tsx';
import { SearchField } from './SearchField.tsx';
import { TextField } from './TextField.tsx';

// What few pages have is fetched when a page has it; the service worker keeps all of it on the phone.
const Position = lazy(() => import('./Position.tsx'));
const Trace = lazy(() => import('./Trace.tsx'));
const Upload = lazy(() => import('./Upload.tsx'));
const Barcode = lazy(() => import('./Barcode.tsx'));
const Range = lazy(() => import('./Range.tsx'));
const Rank = lazy(() => import('./Rank.tsx'));
const Trigger = lazy(() => import('./Trigger.tsx'));

/** A question, or a group or repeat within a page, if it is relevant. */
export const Control: Component<{ node: ChildNode }> = (props) => (
  <Show when={props.node.currentState.relevant && !isHidden(props.node)}>
    <Suspense>{draw(props.node)}</Suspense>
  </Show>
);

function draw(node: ChildNode): JSX.Element {
  switch (node.nodeType) {
    case 'model-value':
      return null;
    case 'group':
      return <Group node={node} />;
    case 'repeat-range:controlled':
    case 'repeat-range:uncontrolled':
      return <Repeat node={node} />;
    case 'repeat-instance':
      return <For each={node.currentState.children}>{(child) => <Control node={child} />}</For>;
    case 'note':
      return <Note node={node} />;
    case 'select':
      return <Choice node={node} />;
    case 'range':
      return <Range node={node} />;
    case 'rank':
      return <Rank node={node} />;
    case 'trigger':
      return <Trigger node={node} />;
    case 'upload':
      return <Upload node={node} />;
    case 'input':
      return <Input node={node} />;
  }
}

const Group: Component<{ node: GroupNode }> = (props) => (
  <Show when={props.node.currentState.hasRelevantBodyNodes}>
    <div class="q-group" role="group">
      <Show when={props.node.currentState.label}>
        {(label) => (
          <h3 class="form-title">
            <Text range={label()} />
          </h3>
        )}
      </Show>
      <For each={props.node.currentState.children}>{(child) => <Control node={child} />}</For>
    </div>
  </Show>
);

const Note: Component<{ node: Extract<Leaf, { nodeType: 'note' }> }> = (props) => (
  <div class="q note" id={`q-${props.node.nodeId}`} tabindex={-1}>
    <Text range={props.node.currentState.label} />
    <Show when={props.node.currentState.hint}>
      {(hint) => (
        <div class="q-hint">
          <Text range={hint()} />
        </div>
      )}
    </Show>
    <Show when={String(props.node.currentState.value ?? '') !== ''}>
      <p class="note-value">{props.node.currentState.instanceValue}</p>
    </Show>
  </div>
);

const Input: Component<{ node: InputNode }> = (props) => {
  const { node } = props;
  const session = useSession();
  if (listOf(session.engine, node)?.whole) return <SearchField node={node} />;
  return (
    <Switch fallback={<TextField node={node} />}>
      <Match when={node.valueType === 'int' || node.valueType === 'decimal'}>
        <NumberField node={node} />
      </Match>
      <Match when={['date', 'time', 'dateTime'].includes(node.valueType)}>
        <DateField node={node} kind={node.valueType as 'date' | 'time' | 'dateTime'} looks={appearances(node)} />
      </Match>
      <Match when={node.valueType === 'geopoint' && node}>{(point) => <Position node={point()} />}</Match>
      <Match when={(node.valueType === 'geotrace' || node.valueType === 'geoshape') && node}>{(line) => <Trace node={line()} />}</Match>
      <Match when={node.valueType === 'barcode'}>
        <Barcode node={node} />
      </Match>
    </Switch>
  );
};
