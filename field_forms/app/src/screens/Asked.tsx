import { createMemo, For, onCleanup, Show, type JSX } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { photos, report } from '../store/reports.ts';
import { Icon } from '../ui/icons.tsx';
import { live } from '../ui/live.ts';
import { BackHead, Call, Main, Screen } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { count, day, inWords, moment } from '../ui/when.ts';
import { say } from '../words/index.ts';

/** What the office asks to change; opens the same report with its answers and photos. */
export function Asked(props: { who: Profile; report: string }): JSX.Element {
  const found = live(() => report(props.report));
  const own = live(() => photos(props.report));
  const pictures = createMemo(() => {
    const urls = (own() ?? []).filter((p) => p.blob.type.startsWith('image/')).map((p) => URL.createObjectURL(p.blob));
    onCleanup(() => urls.forEach((url) => URL.revokeObjectURL(url)));
    return urls;
  });
  return (
    <Show when={found.latest}>
      {(r) => (
        <Screen
          head={<BackHead title={inWords(r().name)} sub={r().visit_date ? say('asked.visit', { day: day(r().visit_date, true) }) : undefined} />}
          foot={<><Call office={props.who.centre} /><Main onClick={() => go({ at: 'fill', with: { edit: r().key } })}>{say('asked.open')}</Main></>}
        >
          <section class="asking-box">
            <h2 class="asking-title"><Icon name="asked" />{say('asked.title')}</h2>
            <Show when={r().comment}><blockquote>“{r().comment}”</blockquote></Show>
            <p class="small-ink">{[r().by, r().decided_at ? moment(r().decided_at!) : ''].filter(Boolean).join(', ')}</p>
          </section>
          <div class="page">
            <Show when={pictures().length}>
              <div class="photo-row">
                <p><span class="small">{say('asked.photos')}</span><br /><strong>{count('n.photos', pictures().length)}</strong></p>
                <For each={pictures()}>{(url) => <img class="thumb" src={url} alt="" />}</For>
              </div>
            </Show>
            <p class="small">{say('asked.rest')}</p>
          </div>
        </Screen>
      )}
    </Show>
  );
}
