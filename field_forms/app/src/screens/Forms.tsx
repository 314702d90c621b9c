import { For, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { currentForms } from '../sync/pack.ts';
import { live } from '../ui/live.ts';
import { BackHead, Empty, Row, Rows, Screen } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { titleOf } from '../ui/when.ts';
import { say } from '../words/index.ts';

export function Forms(props: { who: Profile }): JSX.Element {
  const forms = live(() => currentForms(props.who));
  return (
    <Screen head={<BackHead title={say('forms.title')} sub={say('forms.sub')} />}>
      <div class="page flush">
        <Show when={(forms() ?? []).length} fallback={<Show when={!forms.loading}><Empty text={say('forms.empty')} button={say('phone.lists')} to={{ at: 'phone' }} /></Show>}>
          <Rows>
            <For each={forms()}>
              {(form) => (
                <Show when={form.collect_only?.length} fallback={
                  <Row id={form.form_id} icon="pencil" title={titleOf(form.title)} onClick={() => go({ at: 'fill', with: { form: form.form_id } })} />
                }>
                  <Row id={form.form_id} icon="box" title={titleOf(form.title)} sub={say('forms.collect')} />
                </Show>
              )}
            </For>
          </Rows>
        </Show>
      </div>
    </Screen>
  );
}
