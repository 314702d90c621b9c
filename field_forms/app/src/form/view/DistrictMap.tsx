import { createMemo, createResource, createSignal, For, onCleanup, Show, type Component } from 'solid-js';
import { say } from '../words.ts';
import type { Entry, Place } from '../lists.ts';
import { leaves } from '../engine.ts';
import { useSession } from '../session.ts';
import { metres, moved, niceLength, offset } from './geo.ts';
import { Minus, Plus } from './icons.tsx';

const INDIA: Place = { lat: 22.5, lon: 79 };

/** The district without a network: its outline, the villages whose place is known, and what is put on it. */
export const DistrictMap: Component<{ start: Place | null; points: Place[]; closed?: boolean; move: (centre: Place) => void }> = (props) => {
  const session = useSession();
  const [size, setSize] = createSignal({ width: 360, height: 380 });
  const measured = new ResizeObserver(([entry]) => entry && setSize({ width: Math.max(1, entry.contentRect.width), height: Math.max(1, entry.contentRect.height) }));
  onCleanup(() => measured.disconnect());
  const [shapes] = createResource(async () => outlines(await session.options.districtShapes?.()));
  const villages = createMemo(() => known(leaves(session.engine.root).flatMap((node) => session.entries(node) ?? [])));
  const from = props.start ?? session.chosenPlace() ?? session.options.villageHint ?? null;
  const [centre, setCentre] = createSignal<Place>(from ?? INDIA);
  const [scale, setScale] = createSignal(from ? 20 : 8000); // metres a unit
  let chosen = !!from;
  const origin = () => from ?? centreOf(shapes() ?? []) ?? INDIA;
  const show = (place: Place) => {
    setCentre(place);
    props.move(place);
  };
  createMemo(() => {
    const middle = shapes() && centreOf(shapes()!);
    if (chosen || !middle) return;
    chosen = true;
    setScale(middle.across / 340);
    show(middle);
  });
  if (from) props.move(from);
  const at = (place: Place) => {
    const [east, north] = offset(centre(), place);
    return { x: size().width / 2 + east / scale(), y: size().height / 2 - north / scale() };
  };
  const paths = createMemo(() =>
    (shapes() ?? []).map((ring) => ring.map(([lon, lat], i) => `${i ? 'L' : 'M'}${offset(origin(), { lat: lat!, lon: lon! }).map((m) => Math.round(m)).join(' ')}`).join('') + 'Z'),
  );
  const frame = () => {
    const [east, north] = offset(centre(), origin());
    return `translate(${size().width / 2 + east / scale()} ${size().height / 2 - north / scale()}) scale(${1 / scale()} ${-1 / scale()})`;
  };
  /** Villages in sight; a name only where it covers no other. */
  const near = () => {
    const taken: { x: number; y: number }[] = [];
    return villages()
      .map((one) => ({ ...at(one.place!), name: one.names[0] ?? '' }))
      .filter((one) => one.x > 0 && one.x < size().width && one.y > 0 && one.y < size().height)
      .slice(0, 150)
      .map((one) => {
        const free = scale() < 60 && !taken.some((other) => Math.abs(other.y - one.y) < 22 && Math.abs(other.x - one.x) < 130);
        if (free) taken.push(one);
        return { ...one, named: free };
      });
  };
  const line = () => props.points.map((point) => at(point)).map(({ x, y }, i) => `${i ? 'L' : 'M'}${x} ${y}`).join('') + (props.closed && props.points.length > 2 ? 'Z' : '');
  let grabbed: { x: number; y: number; centre: Place; far: boolean } | null = null;
  const drag = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    if (!grabbed) return;
    const k = scale();
    const [dx, dy] = [event.clientX - grabbed.x, event.clientY - grabbed.y];
    if (Math.hypot(dx, dy) > 8) grabbed.far = true;
    if (grabbed.far) show(moved(grabbed.centre, -dx * k, dy * k));
  };
  const drop = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    if (grabbed && !grabbed.far) {
      const box = event.currentTarget.getBoundingClientRect();
      const k = scale();
      show(moved(centre(), (event.clientX - box.left - box.width / 2) * k, -(event.clientY - box.top - box.height / 2) * k));
    }
    grabbed = null;
  };
  const keys: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const press = (event: KeyboardEvent) => {
    const step = keys[event.key];
    if (!step) return;
    event.preventDefault();
    show(moved(centre(), step[0] * 10 * scale(), step[1] * 10 * scale()));
  };
  const length = () => niceLength(90 * scale());
  return (
    <div class="map">
      <svg
        ref={(svg) => measured.observe(svg)}
        viewBox={`0 0 ${size().width} ${size().height}`}
        tabindex={0}
        role="application"
        aria-label={say('mapKeys')}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          grabbed = { x: event.clientX, y: event.clientY, centre: centre(), far: false };
        }}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={() => (grabbed = null)}
      >
        <g transform={frame()}>
          <For each={paths()}>{(d) => <path d={d} class="map-district" />}</For>
        </g>
        <For each={near()}>
          {(village) => (
            <>
              <circle cx={village.x} cy={village.y} r="4" class="map-village" />
              <Show when={village.named}>
                <text x={village.x + 7} y={village.y + 5} class="ring-text">
                  {village.name}
                </text>
              </Show>
            </>
          )}
        </For>
        <path d={line()} class="map-line" classList={{ closed: !!props.closed }} />
        <For each={props.points}>{(point) => <circle cx={at(point).x} cy={at(point).y} r="5" class="map-point" />}</For>
        <path d={`M${size().width / 2} ${size().height / 2}c-12-14-17-22-17-31a17 17 0 0 1 34 0c0 9-5 17-17 31z`} class="map-pin" />
        <path d={`M16 ${size().height - 20}v5h${length() / scale()}v-5`} class="ring-scale" />
        <text x={24 + length() / scale()} y={size().height - 14} class="ring-text">
          {metres(length())}
        </text>
      </svg>
      <div class="map-zoom">
        <button class="second" type="button" aria-label={say('nearer')} onClick={() => setScale(Math.max(0.5, scale() / 2))}>
          <Plus />
        </button>
        <button class="second" type="button" aria-label={say('farther')} onClick={() => setScale(Math.min(20_000, scale() * 2))}>
          <Minus />
        </button>
      </div>
    </div>
  );
};

type Ring = number[][];

/** The outer rings of whatever GeoJSON it is. */
function outlines(json: unknown): Ring[] {
  const one = (json ?? {}) as { type?: string; features?: unknown[]; geometries?: unknown[]; geometry?: unknown; coordinates?: unknown };
  switch (one.type) {
    case 'FeatureCollection':
      return (one.features ?? []).flatMap(outlines);
    case 'GeometryCollection':
      return (one.geometries ?? []).flatMap(outlines);
    case 'Feature':
      return outlines(one.geometry);
    case 'Polygon':
      return (one.coordinates as Ring[]).slice(0, 1);
    case 'MultiPolygon':
      return (one.coordinates as Ring[][]).map((rings) => rings[0] ?? []);
    default:
      return [];
  }
}

function centreOf(rings: Ring[]): (Place & { across: number }) | null {
  const points = rings.flat();
  if (!points.length) return null;
  const [lons, lats] = [points.map((p) => p[0] ?? 0), points.map((p) => p[1] ?? 0)];
  const least = (of: number[]) => of.reduce((a, b) => Math.min(a, b));
  const most = (of: number[]) => of.reduce((a, b) => Math.max(a, b));
  const [west, east, south, north] = [least(lons), most(lons), least(lats), most(lats)];
  const [width, height] = offset({ lat: south, lon: west }, { lat: north, lon: east });
  return { lat: (south + north) / 2, lon: (west + east) / 2, across: Math.max(width, height, 100) };
}

function known(entries: Entry[]): Entry[] {
  return [...new Map(entries.filter((one) => one.place).map((one) => [one.value, one])).values()];
}

