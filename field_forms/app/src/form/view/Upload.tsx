import { createEffect, createResource, createSignal, onCleanup, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { appearances, leaves, setFile, setText, type UploadNode } from '../engine.ts';
import { factOf, useSession } from '../session.ts';
import { round } from './geo.ts';
import { Camera, File as Sheet } from './icons.tsx';
import { bytes, shrink, type Photo } from './photo.ts';
import { Question, type Ids } from './Question.tsx';

type Kind = 'image' | 'audio' | 'video' | 'file';

const Upload: Component<{ node: UploadNode }> = (props) => {
  const { type } = props.node.nodeOptions.media;
  const kind: Kind = type === 'image' || type === 'audio' || type === 'video' ? type : 'file';
  return <Question node={props.node}>{(ids) => <Files node={props.node} kind={kind} ids={ids} />}</Question>;
};
export default Upload;

/** An object URL for as long as the blob is shown. */
function useUrl(blob: () => Blob | null | undefined): () => string | null {
  const [url, setUrl] = createSignal<string | null>(null);
  createEffect(() => {
    const shown = blob();
    if (!shown) return void setUrl(null);
    const made = URL.createObjectURL(shown);
    setUrl(made);
    onCleanup(() => URL.revokeObjectURL(made));
  });
  return url;
}

const Files: Component<{ node: UploadNode; kind: Kind; ids: Ids }> = (props) => {
  const session = useSession();
  const { node } = props;
  const looks = appearances(node);
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const file = () => node.currentState.value;
  const name = () => node.currentState.instanceValue;
  const url = useUrl(file);
  const take = async (input: HTMLInputElement) => {
    const given = input.files?.[0];
    input.value = '';
    if (!given) return;
    setProblem('');
    setBusy(true);
    try {
      if (props.kind === 'image') keepPhoto(await shrink(given, { maxPixels: node.maxPixels, ...(looks.has('annotate') ? { caption } : {}) }));
      else session.change(() => setFile(node, new File([given], distinct(given.name), { type: given.type })));
      session.tried(node);
    } catch {
      setProblem(say('photoUnreadable'));
    } finally {
      setBusy(false);
    }
  };
  const keepPhoto = (photo: Photo) =>
    session.change(() => {
      setFile(node, photo.file);
      const [taken, place] = [factOf(node, 'taken'), factOf(node, 'place')];
      if (taken) setText(taken, photo.taken ? factDate(photo.taken, taken.valueType) : '');
      if (place) setText(place, photo.place ? `${photo.place.lat} ${photo.place.lon}` : '');
    });
  const caption = ({ taken, place }: Omit<Photo, 'file'>) => {
    const when = (taken ?? new Date()).toLocaleString('en-IN', { dateStyle: 'medium', timeStyle: 'short' });
    return [when, [session.chosenPlace()?.name, place ? `${place.lat}, ${place.lon}` : answeredPosition()].filter(Boolean).join(' · ')].filter(Boolean);
  };
  const answeredPosition = () => {
    const point = leaves(session.engine.root).find((one) => one.valueType === 'geopoint' && one.currentState.instanceValue);
    return point?.currentState.instanceValue.split(' ').slice(0, 2).map((part: string) => round(Number(part), 5)).join(', ');
  };
  const remove = () =>
    session.change(() => {
      setFile(node, null);
      for (const fact of [factOf(node, 'taken'), factOf(node, 'place')]) if (fact) setText(fact, '');
    });
  const again = () => !!name();
  return (
    <>
      <div class={props.kind === 'image' ? 'photo' : 'sheet'} classList={{ answered: again() }}>
        <Show when={props.kind === 'image' && url()}>{(shown) => <img class="photo-now" src={shown()} alt={say('yourPhoto')} />}</Show>
        <Show when={props.kind === 'audio' && url()}>{(shown) => <audio src={shown()} controls />}</Show>
        <Show when={props.kind === 'video' && url()}>{(shown) => <video src={shown()} controls />}</Show>
        <Show when={again()}>
          <p class="row-detail file-size">{file() ? `${props.kind === 'file' ? `${name()}, ` : ''}${bytes(file()!.size)}` : say('fileAtOffice')}</p>
        </Show>
        <Show when={!node.currentState.readonly}>
          <Pick
            main={!again()}
            ids={props.ids}
            accept={props.kind === 'file' ? acceptOf(node) : `${props.kind}/*`}
            capture={props.kind !== 'file'}
            front={looks.has('new-front') || looks.has('front')}
            label={busy() ? say('working') : say(LABELS[props.kind][again() ? 1 : 0])}
            photo={props.kind === 'image'}
            take={take}
          />
        </Show>
        <Show when={props.kind === 'image' && again() && session.options.lastPhoto}>
          <LastPhoto />
        </Show>
      </div>
      <div role="alert">
        <Show when={problem()}>
          <p class="q-error">{problem()}</p>
        </Show>
      </div>
      <Show when={!node.currentState.readonly}>
        <div class="links">
          <Show when={props.kind !== 'file' && !looks.has('new') && !looks.has('new-front')}>
            <Pick link ids={props.ids} accept={`${props.kind}/*`} label={say(props.kind === 'image' ? 'fromPhone' : 'chooseFile')} take={take} />
          </Show>
          <Show when={again()}>
            <button class="link" type="button" onClick={remove}>
              {say('removeIt')}
            </button>
          </Show>
        </div>
      </Show>
    </>
  );
};

const LABELS = {
  image: ['takePhoto', 'photoAgain'],
  audio: ['takeAudio', 'takeAgain'],
  video: ['takeVideo', 'takeAgain'],
  file: ['chooseFile', 'chooseOther'],
} as const;

const acceptOf = (node: UploadNode) => (node.nodeOptions.media.accept === '*' ? undefined : node.nodeOptions.media.accept);

interface PickProps {
  ids: Ids;
  accept: string | undefined;
  capture?: boolean;
  front?: boolean;
  label: string;
  main?: boolean;
  link?: boolean;
  photo?: boolean;
  take: (input: HTMLInputElement) => void;
}

const Pick: Component<PickProps> = (props) => (
  <label class={props.link ? 'link pick' : 'second pick'} classList={{ tall: !!props.main && !!props.photo }}>
    <input
      type="file"
      accept={props.accept}
      capture={props.capture ? (props.front ? 'user' : 'environment') : undefined}
      aria-invalid={props.ids.invalid()}
      onChange={(event) => props.take(event.currentTarget)}
    />
    <Show when={!props.link}>{props.photo ? <Camera /> : <Sheet />}</Show>
    <span>{props.label}</span>
  </label>
);

/** Last visit's photo, once this visit's is taken: before, it would lead the eye. */
const LastPhoto: Component = () => {
  const session = useSession();
  const [blob] = createResource(async () => (await session.options.lastPhoto?.().catch(() => null)) ?? null);
  const url = useUrl(() => blob());
  return (
    <Show when={url()}>
      {(shown) => (
        <figure class="photo-last">
          <img src={shown()} alt={say('lastPhoto')} />
          <figcaption>{say('lastTime')}</figcaption>
        </figure>
      )}
    </Show>
  );
};

function factDate(at: Date, type: string): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  return type === 'date' ? local.slice(0, 10) : at.toISOString();
}

/** Two recordings of one report may not have one name. */
function distinct(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(-60);
  return `${Date.now().toString(36)}-${safe}`;
}
