import { Show, type JSX, type ParentProps } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { language, say } from '../words/index.ts';
import { go, type Route } from './route.ts';
import { Icon, type IconName } from './icons.tsx';

export function Screen(props: ParentProps<{ head?: JSX.Element; foot?: JSX.Element; tabs?: 'today' | 'reports' | 'phone'; class?: string }>): JSX.Element {
  return (
    <div class={`screen ${props.class ?? ''}`}>
      {props.head}
      <main id="main" tabindex="-1">{props.children}</main>
      <Show when={props.foot}><div class="foot">{props.foot}</div></Show>
      <Show when={props.tabs}>{(tab) => <Tabs now={tab()} />}</Show>
    </div>
  );
}

export function Demo(props: { of: { demo: boolean } | null }): JSX.Element {
  return <Show when={props.of?.demo}><span class="demo">{say('demo.mark')}</span></Show>;
}

/** The first letter of a name, whole: of सुनीता it is सु. */
export function initial(name: string): string {
  const parts = 'Segmenter' in Intl ? [...new Intl.Segmenter('hi', { granularity: 'grapheme' }).segment(name.trim())] : [];
  return parts[0]?.segment ?? name.trim().slice(0, 1);
}

export function OfficerHead(props: { profile: Profile; title?: string }): JSX.Element {
  return (
    <header class="head head-officer">
      <span class="initial" aria-hidden="true">{initial(props.profile.officer)}</span>
      <div class="head-text">
        <h1 class="head-title">{props.title ?? props.profile.officer}</h1>
        <p class="head-sub">{props.title ? props.profile.officer : centreName(props.profile)} <Demo of={props.profile} /></p>
      </div>
      <button class="as-link" type="button" onClick={() => go({ at: 'who' })}>{say('who.change')}</button>
    </header>
  );
}

export const centreName = (of: Profile): string => (language() === 'hi' && of.centre.name_hi) || of.centre.name;

export function BackHead(props: { title: string; sub?: JSX.Element; right?: JSX.Element; close?: boolean; onBack?: () => void }): JSX.Element {
  return (
    <header class="head">
      <button class="square" type="button" aria-label={say('shell.back')} onClick={() => (props.onBack ?? (() => history.back()))()}>
        <Icon name={props.close ? 'close' : 'back'} />
      </button>
      <div class="head-text">
        <h1 class="head-title">{props.title}</h1>
        <Show when={props.sub}><p class="head-sub">{props.sub}</p></Show>
      </div>
      {props.right}
    </header>
  );
}

const TABS = [
  { at: 'today', icon: 'home', key: 'tab.today' },
  { at: 'reports', icon: 'list', key: 'tab.reports' },
  { at: 'phone', icon: 'phone', key: 'tab.phone' },
] as const;

function Tabs(props: { now: string }): JSX.Element {
  return (
    <nav class="tabs">
      {TABS.map((tab) => (
        <button type="button" class="tab" aria-current={props.now === tab.at ? 'page' : undefined} onClick={() => go({ at: tab.at })}>
          <Icon name={tab.icon} />
          <span>{say(tab.key)}</span>
        </button>
      ))}
    </nav>
  );
}

export function Main(props: ParentProps<{ icon?: IconName; onClick: () => void; blocked?: boolean }>): JSX.Element {
  return (
    <button type="button" class={props.blocked ? 'button main blocked' : 'button main'} aria-disabled={props.blocked ? 'true' : undefined}
      onClick={() => !props.blocked && props.onClick()}>
      <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>{props.children}
    </button>
  );
}

export function Second(props: ParentProps<{ icon?: IconName; onClick: () => void; stop?: boolean; blocked?: boolean; submit?: boolean }>): JSX.Element {
  return (
    <button type={props.submit ? 'submit' : 'button'} class={props.stop ? 'button second stop' : 'button second'}
      aria-disabled={props.blocked ? 'true' : undefined} onClick={() => !props.blocked && props.onClick()}>
      <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>{props.children}
    </button>
  );
}

/** To the office, by the phone itself; nothing where its number is not known. */
export function Call(props: { office: Profile['centre'] }): JSX.Element {
  return (
    <Show when={props.office.phone}>
      {(number) => (
        <a class="button second" href={`tel:${number().replace(/[^+\d]/g, '')}`}>
          <Icon name="call" />{say('call.office')}
        </a>
      )}
    </Show>
  );
}

interface RowProps {
  icon?: IconName;
  mark?: JSX.Element;
  title: JSX.Element;
  sub?: JSX.Element;
  more?: JSX.Element;
  right?: JSX.Element;
  ask?: boolean;
  /** What can be done about it, beside opening it. */
  under?: JSX.Element;
  onClick?: (() => void) | undefined;
  id?: string | undefined;
}

/** Mark, what, state in words, chevron: the whole row is the button. */
export function Row(props: RowProps): JSX.Element {
  const inside = (): JSX.Element => (
    <>
      <Show when={props.mark ?? props.icon}>
        <span class="row-mark">{props.mark ?? <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>}</span>
      </Show>
      <span class="row-text">
        <span class="row-line"><span class="row-title">{props.title}</span><Show when={props.right}><span class="row-right">{props.right}</span></Show></span>
        <Show when={props.sub}><span class={props.more ? 'row-state' : 'row-sub'}>{props.sub}</span></Show>
        <Show when={props.more}><span class="row-sub">{props.more}</span></Show>
      </span>
      <Show when={props.onClick && !props.right}><span class="row-go"><Icon name="chevron" /></span></Show>
    </>
  );
  return (
    <li class={props.ask ? 'row-item asks' : 'row-item'} data-row={props.id}>
      <Show when={props.onClick} fallback={<div class="row">{inside()}</div>}>
        {(click) => <button type="button" class="row" onClick={() => click()()}>{inside()}</button>}
      </Show>
      <Show when={props.under}><div class="row-under">{props.under}</div></Show>
    </li>
  );
}

export const Rows = (props: ParentProps): JSX.Element => <ul class="rows">{props.children}</ul>;

export function Bar(props: { share: number; label: string; ink?: boolean }): JSX.Element {
  return <progress class={props.ink ? 'bar ink' : 'bar'} max="1" value={Math.min(1, Math.max(0, props.share))} aria-label={props.label} />;
}

export function Note(props: ParentProps<{ strong?: string; alert?: boolean; ask?: boolean }>): JSX.Element {
  return (
    <div class={props.alert ? 'says alert' : props.ask ? 'says asking' : 'says'} role={props.alert ? 'alert' : undefined}>
      <p><Show when={props.strong}><strong>{props.strong} </strong></Show>{props.children}</p>
    </div>
  );
}

export function Ready(props: { sub: JSX.Element }): JSX.Element {
  return (
    <div class="band">
      <span class="row-mark"><Icon name="safe" /></span>
      <div><p class="band-title">{say('ready.title')}</p><p class="band-sub">{props.sub}</p></div>
    </div>
  );
}

export function Empty(props: { text: string; button: string; to: Route }): JSX.Element {
  return <div class="nothing"><p>{props.text}</p><Second onClick={() => go(props.to)}>{props.button}</Second></div>;
}

export const Circled = (props: { name: IconName }): JSX.Element => <div class="circled"><Icon name={props.name} large /></div>;
