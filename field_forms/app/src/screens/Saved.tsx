import { Show, type JSX } from 'solid-js';
import { isUnsent, report, reports } from '../store/reports.ts';
import { wakes } from '../sync/round.ts';
import { live } from '../ui/live.ts';
import { Circled, Main, Note, Screen, Second } from '../ui/parts.tsx';
import { go, replace } from '../ui/route.ts';
import { count, inWords, size } from '../ui/when.ts';
import { say } from '../words/index.ts';

export function Saved(props: { report: string }): JSX.Element {
  const saved = live(() => report(props.report));
  const waiting = live(async () => {
    const found = await report(props.report);
    return found ? (await reports(found.profile)).filter(isUnsent) : [];
  });
  const total = (): string => {
    const all = waiting.latest ?? [];
    const photos = all.reduce((sum, r) => sum + r.photos, 0);
    return say('saved.waiting', { reports: count('n.reports', all.length), photos: count('n.photos', photos), size: size(all.reduce((sum, r) => sum + r.bytes, 0)) });
  };
  return (
    <Show when={saved.latest}>
      {(found) => (
        <Screen foot={<><Second onClick={() => replace({ at: 'nearby' })}>{say('saved.another')}</Second><Main onClick={() => go({ at: 'today' })}>{say('saved.done')}</Main></>}>
          <div class="page">
            <Circled name={isUnsent(found()) ? 'clock' : 'tick'} />
            <h1 class="big">{isUnsent(found()) ? say('saved.title') : say('state.sent')}</h1>
            <p class="lead">{inWords(found().name)}. {count('n.answers', found().answers)}, {count('n.photos', found().photos)}.</p>
            <Show when={isUnsent(found())}>
              <Note strong={say('saved.notyet')}>{say(wakes() ? 'saved.itself' : 'saved.open')}</Note>
              <p class="small">{total()}</p>
            </Show>
          </div>
        </Screen>
      )}
    </Show>
  );
}
