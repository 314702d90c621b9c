import { createEffect, createMemo, ErrorBoundary, lazy, Match, Show, Switch, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { working } from '../store/profiles.ts';
import { live } from '../ui/live.ts';
import { replace, route } from '../ui/route.ts';
import { Broken } from './Broken.tsx';
import { Enrol } from './Enrol.tsx';
import { Fill } from './Fill.tsx';
import { Forms } from './Forms.tsx';
import { Nearby } from './Nearby.tsx';
import { PackComing, PackReady } from './Pack.tsx';
import { Reports } from './Reports.tsx';
import { Saved } from './Saved.tsx';
import { Today } from './Today.tsx';

type More = typeof import('./more.ts');
const later = <K extends keyof More>(name: K): More[K] => lazy(async () => ({ default: (await import('./more.ts'))[name] as never })) as unknown as More[K];
const Asked = later('Asked');
const Clear = later('Clear');
const Phone = later('Phone');
const Plate = later('Plate');
const Language = later('Language');
const Privacy = later('Privacy');
const Who = later('Who');

export function App(): JSX.Element {
  const who = live(working);
  const now = createMemo(() => route().at || (who.latest ? 'today' : 'add'));
  const enrolling = createMemo(() => now() === 'add' || now().startsWith('enrol='));
  createEffect(() => {
    const known = who.latest;
    if (known && known.state === 'coming' && !enrolling() && now() !== 'pack' && now() !== 'who') replace({ at: 'pack' });
  });
  return (
    <ErrorBoundary fallback={(error) => <Broken error={error} />}>
      <Show when={!who.loading || who.latest !== undefined}>
        <Show when={who.latest && !enrolling()} fallback={<Enrol first={!who.latest} />}>
          <Inside who={who.latest!} now={now()} />
        </Show>
      </Show>
    </ErrorBoundary>
  );
}

function Inside(props: { who: Profile; now: string }): JSX.Element {
  const key = createMemo(() => `${route().at}/${route().key ?? ''}/${JSON.stringify(route().with ?? {})}`);
  return (
    <Switch fallback={<Today who={props.who} />}>
      <Match when={props.now === 'pack'}><PackComing who={props.who} /></Match>
      <Match when={props.now === 'ready'}><PackReady who={props.who} /></Match>
      <Match when={props.now === 'nearby'}><Nearby who={props.who} /></Match>
      <Match when={props.now === 'plate'}><Plate who={props.who} /></Match>
      <Match when={/^deployment=(.+)$/.exec(props.now)?.[1]} keyed>{(code) => <Plate who={props.who} code={code} />}</Match>
      <Match when={props.now === 'forms'}><Forms who={props.who} /></Match>
      <Match when={props.now === 'fill' && key()} keyed>{(_) => <Fill who={props.who} route={route()} />}</Match>
      <Match when={props.now === 'saved' && route().key} keyed>{(report) => <Saved report={report} />}</Match>
      <Match when={props.now === 'asked' && route().key} keyed>{(report) => <Asked who={props.who} report={report} />}</Match>
      <Match when={props.now === 'reports'}><Reports who={props.who} /></Match>
      <Match when={props.now === 'who'}><Who who={props.who} /></Match>
      <Match when={props.now === 'phone'}><Phone who={props.who} /></Match>
      <Match when={props.now === 'clear'}><Clear who={props.who} /></Match>
      <Match when={props.now === 'language'}><Language /></Match>
      <Match when={props.now === 'privacy'}><Privacy who={props.who} /></Match>
    </Switch>
  );
}
