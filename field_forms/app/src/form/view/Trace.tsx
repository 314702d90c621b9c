import { createSignal, onCleanup, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import { type InputNode } from '../engine.ts';
import { distance, type Place } from '../lists.ts';
import { useAnswer, useSession } from '../session.ts';
import { DistrictMap } from './DistrictMap.tsx';
import { metres, offset, round, watch, type Reading } from './geo.ts';
import { Pin } from './icons.tsx';
import { Overlay } from './Overlay.tsx';
import { Question, Text } from './Question.tsx';

type Point = Place & { altitude: number | null; accuracy: number | null };

const read = (text: string): Point[] =>
  text.split(';').filter((part) => part.trim()).map((part) => {
    const [lat = 0, lon = 0, altitude = null, accuracy = null] = part.trim().split(/\s+/).map(Number);
    return { lat, lon, altitude, accuracy };
  });

const write = (points: Point[], closed: boolean): string => {
  const all = closed && points[0] ? [...points, points[0]] : points;
  return all.map((p) => [round(p.lat, 7), round(p.lon, 7), round(p.altitude ?? 0, 1), round(p.accuracy ?? 0, 1)].join(' ')).join(';');
};

const lengthOf = (points: Place[]) => points.reduce((sum, point, i) => sum + (i ? distance(points[i - 1]!, point) : 0), 0);

function areaOf(points: Place[]): number {
  const flat = points.map((point) => offset(points[0]!, point));
  const twice = flat.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** A line or an area: walked, or put point by point on the map. */
const Trace: Component<{ node: InputNode }> = (props) => {
  const session = useSession();
  const closed = props.node.valueType === 'geoshape';
  const [open, setOpen] = createSignal(false);
  const points = () => {
    const all = read(props.node.currentState.instanceValue);
    return closed ? all.slice(0, -1) : all;
  };
  const answer = useAnswer(props.node);
  const set = (made: Point[]) => answer(write(made, closed && made.length > 0));
  return (
    <Question node={props.node}>
      {(ids) => (
        <>
          <Show when={points().length}>
            <div class="taken">
              <strong>{sizeOf(points(), closed)}</strong>
              <span class="row-detail">{say('points', { n: points().length })}</span>
            </div>
          </Show>
          <button class="second wide" type="button" id={ids.control} disabled={props.node.currentState.readonly} aria-describedby={ids.describedBy()} onClick={() => setOpen(true)}>
            <Pin />
            {points().length ? say('change') : say(closed ? 'takeArea' : 'takeLine')}
          </button>
          <Show when={points().length}>
            <button class="link" type="button" onClick={() => set([])}>
              {say('noAnswer')}
            </button>
          </Show>
          <Show when={open()}>
            <TraceScreen node={props.node} closed={closed} begin={points()} keep={(made) => (set(made), setOpen(false))} close={() => setOpen(false)} />
          </Show>
        </>
      )}
    </Question>
  );
};
export default Trace;

const sizeOf = (points: Place[], closed: boolean) =>
  closed ? (points.length > 2 ? say('squareMetres', { n: Math.round(areaOf(points)).toLocaleString('en-IN') }) : '') : metres(lengthOf(points));

const TraceScreen: Component<{ node: InputNode; closed: boolean; begin: Point[]; keep: (points: Point[]) => void; close: () => void }> = (props) => {
  const session = useSession();
  const [points, setPoints] = createSignal(props.begin);
  const [pin, setPin] = createSignal<Place | null>(null);
  const [walking, setWalking] = createSignal<(() => void) | null>(null);
  const [said, sayNow] = createSignal('');
  const least = props.closed ? 3 : 2;
  const add = (point: Point) => setPoints([...points(), point]);
  const step = (reading: Reading) => {
    const before = points().at(-1);
    // A step shorter than the readings are exact is no step.
    if (before && distance(before, reading) < Math.max(5, reading.accuracy / 2)) return sayNow(`± ${metres(reading.accuracy)}`);
    sayNow(`± ${metres(reading.accuracy)}`);
    add(reading);
  };
  const stop = () => {
    walking()?.();
    setWalking(null);
  };
  onCleanup(stop);
  const walk = () => (walking() ? stop() : setWalking(() => watch(step, sayNow)));
  return (
    <Overlay
      title={<Text range={props.node.currentState.label} />}
      under={points().length ? `${say('points', { n: points().length })}, ${sizeOf(points(), props.closed)}` : say('walkOrTap')}
      aside={<span aria-live="polite">{said()}</span>}
      lang={session.language()}
      close={props.close}
    >
      <DistrictMap start={props.begin[0] ?? null} points={points()} closed={props.closed} move={setPin} />
      <div class="over-body pair">
        <button class="second" type="button" onClick={walk}>
          {walking() ? say('pauseWalk') : say('walk')}
        </button>
        <button class="second" type="button" disabled={!pin()} onClick={() => pin() && add({ ...pin()!, altitude: null, accuracy: null })}>
          {say('pointHere')}
        </button>
        <button class="second" type="button" disabled={!points().length} onClick={() => setPoints(points().slice(0, -1))}>
          {say('lastBack')}
        </button>
      </div>
      <div class="form-bar">
        <button class="main" type="button" disabled={points().length < least} onClick={() => props.keep(points())}>
          {points().length < least ? say('pointsNeeded', { n: least }) : say('keepThis')}
        </button>
      </div>
    </Overlay>
  );
};
