import { For, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { set } from '../store/settings.ts';
import { BackHead, centreName, Screen } from '../ui/parts.tsx';
import { LANGUAGES, language, say, setLanguage, type Language as Code } from '../words/index.ts';

export function Language(): JSX.Element {
  async function speak(chosen: Code): Promise<void> {
    await setLanguage(chosen);
    await set('language', chosen);
  }
  return (
    <Screen head={<BackHead title={say('phone.language')} />}>
      <fieldset class="page people">
        <legend class="hidden">{say('phone.language')}</legend>
        <For each={Object.entries(LANGUAGES)}>
          {([code, name]) => (
            <label class="person" lang={code}>
              <input type="radio" name="language" checked={language() === code} onChange={() => void speak(code as Code)} />
              <span class="person-text"><strong>{name}</strong></span>
            </label>
          )}
        </For>
      </fieldset>
    </Screen>
  );
}

export function Privacy(props: { who: Profile }): JSX.Element {
  return (
    <Screen head={<BackHead title={say('phone.privacy')} />}>
      <div class="page prose">
        <p>{say('privacy.what', { name: props.who.officer, centre: centreName(props.who) })}</p>
        <p>{say('privacy.where')}</p>
        <p>{say('privacy.people')}</p>
        <p>{say('privacy.withdraw')}</p>
      </div>
    </Screen>
  );
}
