import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { deployments, pack } from '../store/packs.ts';
import { askToKeep, room } from '../store/room.ts';
import { currentForms, progress } from '../sync/pack.ts';
import { network, roundNow } from '../sync/round.ts';
import { appProgress, keepRest, kept as app } from '../sync/version.ts';
import { installable, install } from '../ui/install.ts';
import { live } from '../ui/live.ts';
import { Bar, centreName, Circled, Demo, Main, Note, Row, Rows, Screen, Second } from '../ui/parts.tsx';
import { replace, route } from '../ui/route.ts';
import { count, size, titleOf } from '../ui/when.ts';
import { say } from '../words/index.ts';
import { Top } from './Enrol.tsx';

export function PackComing(props: { who: Profile }): JSX.Element {
  const [now, setNow] = createSignal(Date.now());
  const clock = setInterval(() => setNow(Date.now()), 1_000);
  onCleanup(() => clearInterval(clock));
  onMount(() => {
    void askToKeep();
    void roundNow();
  });
  createEffect(() => void (props.who.state === 'ready' && keepRest()));
  const isHere = (): boolean => !route().key || route().key === props.who.id; // another may have worked a moment ago
  createEffect(() => void (isHere() && props.who.state === 'ready' && app() && replace({ at: 'ready' })));

  const parts = createMemo(() => {
    const now = progress();
    return now?.profile === props.who.id ? now : null;
  });
  const got = (): number => (parts()?.got ?? 0) + (appProgress()?.got ?? 0);
  const total = (): number => (parts()?.bytes ?? 0) + (appProgress()?.total ?? 0);
  const left = (): string => {
    const p = parts();
    if (!p || p.got <= p.begun) return '';
    const seconds = Math.ceil(((p.bytes - p.got) * (now() - p.since)) / (p.got - p.begun) / 1000);
    return seconds > 0 ? say('pack.left', { n: seconds }) : '';
  };
  const first = (): string => props.who.officer.split(' ')[0] ?? '';
  const state = (g: number, b: number): string =>
    g >= b && b > 0 ? say('pack.here') : g > 0 ? say('pack.coming', { got: Math.ceil(g / 1024), total: size(b) }) : say('pack.next', { size: size(b) });
  const icon = (g: number, b: number): 'safe' | 'down' | 'clock' => (g >= b && b > 0 ? 'safe' : g > 0 ? 'down' : 'clock');

  return (
    <Screen
      head={<Top><Demo of={props.who} /></Top>}
      foot={<><p class="small">{say('pack.notyet')}</p><Main blocked onClick={() => undefined}>{say('pack.start')}</Main></>}
    >
      <div class="page">
        <h1 class="title">{say('pack.title', { name: first() })}</h1>
        <p class="small">{say('pack.once', { centre: centreName(props.who) })}</p>
        <div class="counted" aria-live="polite">
          <p class="between"><strong>{say('pack.of', { got: Math.ceil(got() / 1024), total: size(total()) })}</strong><strong>{left()}</strong></p>
          <Bar share={total() ? got() / total() : 0} label={say('pack.of', { got: Math.ceil(got() / 1024), total: size(total()) })} />
        </div>
        <Rows>
          <Row icon={app() ? 'safe' : 'down'} title={say('pack.app')} sub={app() ? say('pack.here') : state(appProgress()?.got ?? 0, appProgress()?.total ?? 0)} />
          <For each={parts()?.parts ?? []}>
            {(part) => (
              <Row icon={icon(part.got, part.bytes)} title={part.kind === 'lists' ? say('pack.lists') : say('pack.form', { title: titleOf(part.title) })}
                sub={state(part.got, part.bytes)} />
            )}
          </For>
          <Row icon="clock" title={say('pack.photos')} sub={say('pack.later')} />
        </Rows>
        <Show when={network()} fallback={<><Note alert strong={say('pack.gone')}>{say('pack.gonetext')}</Note><Second onClick={() => void roundNow()}>{say('try.again')}</Second></>}>
          <Note strong={say('pack.if')}>{say('pack.goeson')}</Note>
        </Show>
      </div>
    </Screen>
  );
}

const PHOTO = 150 * 1024;

export function PackReady(props: { who: Profile }): JSX.Element {
  const counts = live(async () => ({
    forms: (await currentForms(props.who)).length,
    villages: (await pack(props.who.id))?.villages ?? 0,
    deployments: (await deployments(props.who.id)).length,
  }));
  const space = live(room);
  const photos = (): number => {
    const fit = Math.min((space()?.free ?? 0) * 0.8, 4 * 1024 ** 3) / PHOTO;
    return fit > 1000 ? Math.floor(fit / 1000) * 1000 : Math.floor(fit / 50) * 50;
  };
  async function begin(): Promise<void> {
    await askToKeep();
    replace({ at: 'today' });
  }
  return (
    <Screen
      head={<Top><Demo of={props.who} /></Top>}
      foot={
        <>
          <Show when={installable()}><Second onClick={() => void install()}>{say('ready.install')}</Second></Show>
          <Main onClick={() => void begin()}>{say('pack.start')}</Main>
        </>
      }
    >
      <div class="page">
        <Circled name="safe" />
        <h1 class="big">{say('ready.title')}</h1>
        <p class="lead">{say('ready.text')}</p>
        <Rows>
          <Show when={counts()}>
            {(n) => (
              <Row icon="list" title={`${count('n.forms', n().forms)}, ${count('n.villages', n().villages)}, ${count('n.deployments', n().deployments)}`}
                sub={say('ready.all', { centre: centreName(props.who) })} />
            )}
          </Show>
          <Show when={space()?.known}>
            <Row icon="phone" title={say('ready.room', { n: photos().toLocaleString('en-IN') })} sub={space()?.persisted ? say('ready.safe') : say('ready.maybe')} />
          </Show>
        </Rows>
      </div>
    </Screen>
  );
}
