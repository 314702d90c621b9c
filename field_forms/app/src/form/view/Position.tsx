import { createSignal, lazy, onCleanup, Show, Suspense, type Component } from 'solid-js';
import { say } from '../words.ts';
import { type InputNode } from '../engine.ts';
import { distance, type Place } from '../lists.ts';
import { useAnswer, useSession } from '../session.ts';
import { average, AVERAGING, metres, niceLength, offset, round, watch, WEAK, type Reading } from './geo.ts';
import { Pin, Warning } from './icons.tsx';
import { Overlay } from './Overlay.tsx';
import { Question, Text } from './Question.tsx';

const PlaceByHand = lazy(() => import('./PlaceByHand.tsx'));

const Position: Component<{ node: InputNode }> = (props) => {
  const session = useSession();
  const [open, setOpen] = createSignal(false);
  const parts = () => props.node.currentState.instanceValue.split(' ').map(Number);
  const taken = () => props.node.currentState.instanceValue !== '';
  const accuracy = () => parts()[3] || 0;
  const set = useAnswer(props.node);
  return (
    <Question node={props.node}>
      {(ids) => (
        <>
          <Show when={taken()}>
            <div class="taken" classList={{ weak: accuracy() > WEAK || !accuracy() }}>
              <strong>{accuracy() ? `± ${metres(accuracy())}` : say('byHand')}</strong>
              <Show when={accuracy() > WEAK}>
                <span class="weak-sign">
                  <Warning /> {say('weak')}
                </span>
              </Show>
              <span class="row-detail">
                {round(parts()[0] ?? 0, 5)}, {round(parts()[1] ?? 0, 5)}
              </span>
            </div>
          </Show>
          <Show when={!props.node.currentState.readonly}>
            <button class="second wide" type="button" id={ids.control} aria-describedby={ids.describedBy()} onClick={() => setOpen(true)}>
              <Pin />
              {taken() ? say('positionAgain') : say('takePosition')}
            </button>
            <Show when={taken()}>
              <button class="link" type="button" onClick={() => set('')}>
                {say('noAnswer')}
              </button>
            </Show>
          </Show>
          <Show when={open()}>
            <PositionScreen node={props.node} keep={(text) => (set(text), setOpen(false))} close={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Question>
  );
};
export default Position;

const PositionScreen: Component<{ node: InputNode; keep: (text: string) => void; close: () => void }> = (props) => {
  const session = useSession();
  const [readings, setReadings] = createSignal<Reading[]>([]);
  const [seconds, setSeconds] = createSignal(0);
  const [failed, setFailed] = createSignal('');
  const [byHand, setByHand] = createSignal(false);
  const began = Date.now();
  const timer = setInterval(() => setSeconds(Math.floor((Date.now() - began) / 1000)), 1000);
  const stop = watch((reading) => (setFailed(''), setReadings([...readings(), reading].slice(-60))), setFailed);
  onCleanup(() => (clearInterval(timer), stop()));
  const now = () => average(readings());
  const weak = () => (now()?.accuracy ?? 0) > WEAK;
  const last = session.chosenPlace();
  const far = () => (last && now() ? distance(last, now()!) : null);
  const keep = () => {
    const place = now();
    if (place) props.keep([round(place.lat, 7), round(place.lon, 7), round(place.altitude ?? 0, 1), round(place.accuracy, 1)].join(' '));
  };
  return (
    <Show
      when={!byHand()}
      fallback={
        <Suspense>
          <PlaceByHand
            title={<Text range={props.node.currentState.label} />}
            start={now()}
            keep={(place) => props.keep(`${round(place.lat, 6)} ${round(place.lon, 6)}`)}
            close={() => setByHand(false)}
          />
        </Suspense>
      }
    >
      <Overlay title={<Text range={props.node.currentState.label} />} under={<Text range={props.node.currentState.hint} />} lang={session.language()} close={props.close}>
        <Ring readings={readings()} now={now()} last={last} />
        <div class="over-body position-words">
          <div class="position-head">
            <span class="big">{now() ? `± ${metres(now()!.accuracy)}` : '±'}</span>
            <Show when={now()}>
              <span class="weak-sign">
                <Show when={weak()}>
                  <Warning />
                </Show>
                <strong>{weak() ? say('weak') : say('good')}</strong>
              </span>
            </Show>
          </div>
          <Show when={!now()}>
            <p>
              <strong>{failed() || say('searching', { s: seconds() })}</strong> {say('openSky')}
            </p>
          </Show>
          <Show when={now()}>
            <Show
              when={!weak()}
              fallback={
                <p>
                  <strong>{say('stepOut')}</strong> {say('stepOutMore')}
                </p>
              }
            >
              <p>
                <strong>{seconds() < AVERAGING ? say('standStill', { s: seconds(), of: AVERAGING }) : say('stoodStill')}</strong>
              </p>
              <progress max={AVERAGING} value={Math.min(seconds(), AVERAGING)} aria-label={say('standStill', { s: Math.min(seconds(), AVERAGING), of: AVERAGING })} />
            </Show>
            <p class="row-detail">
              {weak() ? say('readingsIn', { n: readings().length, s: seconds() }) : say('readings', { n: readings().length })}{' '}
              <Show when={(far() ?? 0) > 50}>{say('lastVisitFar', { far: metres(far()!) })}</Show>
            </p>
          </Show>
        </div>
        <div class="form-bar upright">
          <button class="main" type="button" disabled={!now()} onClick={keep}>
            {weak() ? say('keepWeak') : say('keepPlace')}
          </button>
          <button class="link centred" type="button" onClick={() => setByHand(true)}>
            {say('placeByHand')}
          </button>
        </div>
      </Overlay>
    </Show>
  );
};

const WIDTH = 360;
const HEIGHT = 300;

/** The ring to scale around the mean, each reading a dot. North is up. */
const Ring: Component<{ readings: Reading[]; now: Reading | null; last: (Place & { name: string }) | null }> = (props) => {
  const radius = 110;
  const perMetre = () => (props.now ? radius / Math.max(props.now.accuracy, 3) : 1);
  const dots = () =>
    props.readings.slice(-20).map((one) => {
      const [east, north] = offset(props.now ?? one, one);
      return { x: WIDTH / 2 + east * perMetre(), y: HEIGHT / 2 - north * perMetre() };
    });
  const length = () => niceLength(70 / perMetre());
  const last = () => {
    if (!props.last || !props.now) return null;
    const [east, north] = offset(props.now, props.last);
    const far = Math.hypot(east, north);
    const reach = Math.min(far * perMetre(), 134);
    return { x: WIDTH / 2 + (east / (far || 1)) * reach, y: HEIGHT / 2 - (north / (far || 1)) * reach, away: far * perMetre() > 134, angle: (Math.atan2(east, north) * 180) / Math.PI };
  };
  return (
    <svg class="ring" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={props.now ? `± ${metres(props.now.accuracy)}` : say('searching', { s: 0 })}>
      <Show when={props.now}>
        {(now) => (
          <>
            <circle cx={WIDTH / 2} cy={HEIGHT / 2} r={radius} class={now().accuracy > WEAK ? 'ring-weak' : 'ring-good'} />
            {dots().map((dot) => (
              <circle cx={dot.x} cy={dot.y} r="3.5" class="ring-dot" />
            ))}
            <circle cx={WIDTH / 2} cy={HEIGHT / 2} r="9" class="ring-here" />
            <path d={`M16 ${HEIGHT - 20}v5h${length() * perMetre()}v-5`} class="ring-scale" />
            <text x={24 + length() * perMetre()} y={HEIGHT - 14} class="ring-text">
              {metres(length())}
            </text>
          </>
        )}
      </Show>
      <Show when={last()}>
        {(place) => (
          <>
            <Show when={place().away} fallback={<circle cx={place().x} cy={place().y} r="8" class="ring-last" />}>
              <path d="M0 -8 6 6 0 2 -6 6z" transform={`translate(${place().x} ${place().y}) rotate(${place().angle})`} class="ring-arrow" />
            </Show>
          </>
        )}
      </Show>
      <path d="M336 42l7 18-7-4-7 4z" class="ring-arrow" />
      <text x="336" y="78" class="ring-text north">
        N
      </text>
    </svg>
  );
};
