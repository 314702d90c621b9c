import { createSignal, For, onMount, Show, type JSX } from 'solid-js';
import { profiles } from '../store/profiles.ts';
import { set } from '../store/settings.ts';
import { NoNetwork, Refused } from '../sync/ask.ts';
import { codeOf, enrol } from '../sync/enrol.ts';
import { BackHead, Note, Screen, Second } from '../ui/parts.tsx';
import { replace, route } from '../ui/route.ts';
import { Scan } from '../ui/scan.tsx';
import { LANGUAGES, language, say, setLanguage, type Key, type Language } from '../words/index.ts';

const REFUSALS: Record<string, Key> = { code_used: 'enrol.used', code_expired: 'enrol.old', bad_code: 'enrol.unknown' };

export function Enrol(props: { first: boolean }): JSX.Element {
  const [typed, setTyped] = createSignal('');
  const [trouble, setTrouble] = createSignal('');
  const [asking, setAsking] = createSignal(false);

  onMount(() => void goOn());

  /** A code in the address, or one whose answer never came. */
  async function goOn(): Promise<void> {
    const linked = /^enrol=(.+)$/.exec(route().at)?.[1];
    const pending = (await profiles()).find((found) => found.state === 'asked');
    const code = linked ?? pending?.code;
    if (!code) return;
    setTyped(shown(code));
    await add(code);
  }

  async function add(code: string): Promise<void> {
    if (asking()) return;
    if (codeOf(code).length < 6) {
      setTrouble(say('enrol.short'));
      return;
    }
    setAsking(true);
    setTrouble('');
    try {
      const added = await enrol(code, language());
      replace({ at: 'pack', key: added.id });
    } catch (error) {
      setTrouble(words(error));
    } finally {
      setAsking(false);
    }
  }

  async function speak(chosen: Language): Promise<void> {
    await setLanguage(chosen);
    await set('language', chosen);
  }

  return (
    <Screen head={<Show when={!props.first} fallback={<Top />}><BackHead title={say('enrol.person')} /></Show>}>
      <div class="page">
        <Show when={props.first}>
          <div class="two" role="group" aria-label={say('phone.language')}>
            <For each={Object.entries(LANGUAGES)}>
              {([code, name]) => (
                <button type="button" lang={code} class={language() === code ? 'button chosen' : 'button second'}
                  aria-pressed={language() === code} onClick={() => void speak(code as Language)}>{name}</button>
              )}
            </For>
          </div>
          <h1 class="title">{say('enrol.title')}</h1>
        </Show>
        <p class="lead">{say('enrol.lead')}</p>
        <Scan hint={say('enrol.hold')} onCode={(text) => { setTyped(shown(codeOf(text))); void add(text); }} />
        <form class="typed" onSubmit={(event) => { event.preventDefault(); void add(typed()); }}>
          <label for="code">{say('enrol.type')}</label>
          <div class="typed-line">
            <input id="code" class="entry code" value={typed()} autocomplete="off" autocapitalize="characters" spellcheck={false}
              aria-describedby="code-hint code-trouble" aria-invalid={trouble() ? 'true' : undefined}
              onInput={(event) => setTyped(event.currentTarget.value)} />
            <Second submit blocked={asking()} onClick={() => undefined}>{say('enrol.add')}</Second>
          </div>
          <p id="code-hint" class="small">{asking() ? say('enrol.asking') : say('enrol.hint')}</p>
          <div id="code-trouble"><Show when={trouble()}><Note alert>{trouble()}</Note></Show></div>
        </form>
      </div>
    </Screen>
  );
}

const shown = (code: string): string => codeOf(code).replace(/(.{4})(?=.)/g, '$1-');

function words(error: unknown): string {
  if (error instanceof NoNetwork) return say('enrol.network');
  if (!(error instanceof Refused)) return say('broken.text');
  const key = REFUSALS[error.code];
  if (key) return say(key);
  return error.status === 429 ? say('enrol.wait') : error.detail || say('enrol.unknown');
}

export const Top = (props: { children?: JSX.Element }): JSX.Element => (
  <header class="top"><span class="brand">GramReach</span>{props.children}</header>
);
