import { createResource, createSignal, onCleanup, Show, type JSX } from 'solid-js';
import type { OpenForm } from '../form/index.ts';
import type { Profile, Report } from '../store/db.ts';
import { isClearable, report as stored, reports, clear, type Keeper } from '../store/reports.ts';
import { isFull } from '../store/room.ts';
import { begin, type Filling } from '../store/filling.ts';
import { askToBeWoken, roundNow } from '../sync/round.ts';
import { live } from '../ui/live.ts';
import { BackHead, Note, Screen, Second } from '../ui/parts.tsx';
import { hashOf, replace, type Route } from '../ui/route.ts';
import { inWords, size, time } from '../ui/when.ts';
import { LANGUAGES, language, say, setLanguage, type Language } from '../words/index.ts';

const PAUSE = 250; // milliseconds after the last answer

/** One form being filled. What is written is kept at every answer, and whatever way the officer leaves. */
export function Fill(props: { who: Profile; route: Route }): JSX.Element {
  const [stolen, setStolen] = createSignal(false);
  let ended = false;
  const [filling, { refetch }] = createResource<Filling, boolean>(async (_, { refetching }) => {
    const opened = await begin(props.who, props.route, Boolean(refetching), () => setStolen(true));
    if (ended) { // the officer has left meanwhile
      opened.form?.dispose();
      opened.end();
    }
    return opened;
  });
  onCleanup(() => void (ended = true));
  return (
    <Show when={!filling.error} fallback={<Closed title={say('fill.noopen')} text={say('fill.noform')} />}>
      <Show when={filling()} keyed fallback={<Screen head={<BackHead title={say('fill.opening')} close />}>{''}</Screen>}>
        {(opened) => (
          <Show when={opened.form && !stolen()} fallback={
            <Closed title={say('fill.elsewhere')} text={say('fill.one')} onTake={() => { setStolen(false); void refetch(true as never); }} />
          }>
            <Open filling={opened} form={opened.form!} keeper={opened.keeper!} />
          </Show>
        )}
      </Show>
    </Show>
  );
}

function Closed(props: { title: string; text: string; onTake?: () => void }): JSX.Element {
  return (
    <Screen head={<BackHead title={props.title} close />}>
      <div class="page">
        <Note alert>{props.text}</Note>
        <Show when={props.onTake}>{(take) => <Second onClick={() => take()()}>{say('fill.here')}</Second>}</Show>
      </div>
    </Screen>
  );
}

function Open(props: { filling: Filling; form: OpenForm; keeper: Keeper }): JSX.Element {
  const form = props.form;
  const [saved, setSaved] = createSignal<Report | null>(null);
  const [trouble, setTrouble] = createSignal<'' | 'full' | 'other'>('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dirty = false;
  let finished = false;

  void stored(props.keeper.begun.key).then((found) => found && setSaved(found));

  async function keep(): Promise<boolean> {
    clearTimeout(timer);
    if (!dirty || finished) return true;
    dirty = false;
    try {
      const report = await props.keeper.draft(await form.snapshot());
      setSaved(report);
      setTrouble('');
      if (location.hash === props.filling.hash) {
        props.filling.hash = hashOf({ at: 'fill', key: report.key });
        history.replaceState(null, '', props.filling.hash);
      }
      return true;
    } catch (error) {
      dirty = true; // the answers stay in the form, and the next answer tries again
      setTrouble(isFull(error) ? 'full' : 'other');
      return false;
    }
  }

  const stopListening = form.onChange(() => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), PAUSE);
  });
  const flush = (): void => void keep();
  const hidden = (): void => void (document.visibilityState === 'hidden' && keep());
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', hidden);
  onCleanup(() => {
    removeEventListener('pagehide', flush);
    document.removeEventListener('visibilitychange', hidden);
    stopListening();
    void keep().finally(() => {
      form.dispose();
      props.filling.end();
    });
  });

  async function finish(): Promise<void> {
    const result = await form.finalize();
    if (!result.ok) {
      result.first();
      return;
    }
    try {
      clearTimeout(timer);
      const report = await props.keeper.finish(result.snapshot);
      finished = true;
      replace({ at: 'saved', key: report.key });
      void roundNow();
      void askToBeWoken();
    } catch (error) {
      dirty = true;
      setTrouble(isFull(error) ? 'full' : 'other');
    }
  }

  const title = (): string => {
    const report = saved();
    return report ? inWords(report.name) : inWords(props.filling.name);
  };
  const sub = (): string => {
    const { page, of } = form.progress();
    const report = saved();
    return report?.saved_at ? say('fill.saved', { page, of, time: time(report.saved_at) }) : say('fill.page', { page, of });
  };
  const other = (): Language | undefined => (Object.keys(LANGUAGES) as Language[]).find((l) => l !== language() && form.languages.includes(l));

  return (
    <Screen class="screen-form" head={
      <BackHead close title={title()} sub={sub()} right={
        <Show when={other()}>{(l) => <button type="button" class="button second speak" lang={l()} onClick={() => { const to = l(); void setLanguage(to).then(() => form.setLanguage(to)); }}>{LANGUAGES[l()]}</button>}</Show>
      } />
    }>
      <Show when={trouble()}><Full full={trouble() === 'full'} profile={props.keeper.begun.profile} onRoom={() => void keep()} /></Show>
      <form.View finish={() => void finish()} />
    </Screen>
  );
}

/** The phone has no room: said at once, with the way out at hand. The answers stay in the form. */
function Full(props: { full: boolean; profile: string; onRoom: () => void }): JSX.Element {
  const old = live(async () => (await reports(props.profile)).filter(isClearable));
  const bytes = (): number => (old() ?? []).reduce((sum, r) => sum + r.bytes, 0);
  async function make(): Promise<void> {
    await clear((old() ?? []).map((r) => r.key));
    props.onRoom();
  }
  return (
    <div class="page">
      <Note alert strong={say(props.full ? 'full.now' : 'full.other')}>{say('full.keep')}</Note>
      <Show when={(old() ?? []).length} fallback={<Second onClick={() => props.onRoom()}>{say('try.again')}</Second>}>
        <Second icon="bin" onClick={() => void make()}>{say('full.make', { n: (old() ?? []).length, size: size(bytes()) })}</Second>
      </Show>
    </div>
  );
}
