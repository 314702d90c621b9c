import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import type { Deployment, Profile } from '../store/db.ts';
import { nameOfDeployment, offline } from '../store/names.ts';
import { deployments, list } from '../store/packs.ts';
import { reports } from '../store/reports.ts';
import { live } from '../ui/live.ts';
import { Icon, Mark } from '../ui/icons.tsx';
import { BackHead, Empty, Row, Rows, Screen, Second } from '../ui/parts.tsx';
import { here } from '../ui/place.ts';
import { go, route } from '../ui/route.ts';
import { count, day, daysSince, distance, inWords, metresBetween } from '../ui/when.ts';
import { say, type Key } from '../words/index.ts';

const FIRST = 20;

interface Item { key: string; name: string; searched: string; metres: number | null; condition: string; words: string; last: string; deployment?: Deployment; village?: string }

export function Nearby(props: { who: Profile }): JSX.Element {
  const [searching, setSearching] = createSignal(false);
  const [wanted, setWanted] = createSignal('');
  const [most, setMost] = createSignal(FIRST);
  const position = here();
  const known = live(() => deployments(props.who.id));
  const added = live(() => offline(props.who.id));
  const villages = live(() => list(props.who.id, 'villages.csv'));
  const own = live(() => reports(props.who.id));
  const onlyDue = (): boolean => route().with?.['due'] === '1';

  const items = createMemo((): Item[] => {
    const mine = new Set((own() ?? []).map((r) => `${r.deployment} ${r.visit_date}`));
    const fresh = (added() ?? []).map(({ deployment }) => deployment);
    const all = [...fresh, ...(known() ?? [])].filter((d) => d.condition !== 'ended').map((d) => item(d, fresh.includes(d), mine));
    const taken = new Set([...fresh, ...(known() ?? [])].map((d) => d.village));
    const empty = onlyDue() ? [] : (villages() ?? []).filter((v) => !taken.has(v['name'] ?? '')).map(emptyVillage);
    const dueOnly = onlyDue() ? all.filter((i) => i.deployment?.due_on) : all;
    const sorted = dueOnly.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity) || byDue(a, b));
    return [...sorted, ...empty];
  });
  const found = createMemo(() => {
    const words = wanted().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return words.length ? items().filter((i) => words.every((word) => i.searched.includes(word))) : items();
  });

  function item(d: Deployment, isNew: boolean, mine: Set<string>): Item {
    const from = position();
    const name = nameOfDeployment(d);
    const you = d.last_visit && mine.has(`${d.uuid} ${d.last_visit}`);
    return {
      key: d.uuid,
      name: inWords(name),
      searched: `${name.en} ${name.hi ?? ''} ${d.label} ${d.hamlet} ${d.plate}`.toLocaleLowerCase(),
      metres: from && d.lat !== null && d.lon !== null ? metresBetween(from, { lat: d.lat, lon: d.lon }) : null,
      condition: d.condition,
      words: isNew ? say('condition.here') : condition(d),
      last: d.last_visit ? say(you ? 'nearby.you' : 'nearby.last', { day: day(d.last_visit, true) }) : '',
      deployment: d,
    };
  }

  function emptyVillage(v: Record<string, string>): Item {
    return {
      key: v['name'] ?? '',
      name: say('nearby.village', { name: inWords({ en: v['label'] ?? '', hi: v['label_local'] }) }),
      searched: `${v['label']} ${v['label_local']} ${v['panchayat']}`.toLocaleLowerCase(),
      metres: null,
      condition: 'never',
      words: say('nearby.none'),
      last: v['panchayat'] ?? '',
      village: v['name'] ?? '',
    };
  }

  function begin(of: Item): void {
    if (of.deployment) go({ at: 'fill', with: { form: 'village_report', deployment: of.deployment.uuid } });
    else go({ at: 'fill', with: { form: 'village_report', village: of.village ?? '' } });
  }

  const sub = (): string => {
    const from = position();
    return from ? say('nearby.good', { n: Math.round(from.accuracy) }) : say('nearby.nowhere');
  };
  return (
    <Screen
      head={
        <BackHead title={onlyDue() ? say('nearby.due') : say('nearby.title')} sub={sub()}
          right={<button type="button" class="square" aria-label={say('nearby.search')} aria-expanded={searching()} onClick={() => setSearching(!searching())}><Icon name="search" /></button>} />
      }
      foot={
        <div class="two">
          <Second icon="qr" onClick={() => go({ at: 'plate' })}>{say('nearby.plate')}</Second>
          <Second icon="plus" onClick={() => go({ at: 'forms' })}>{say('nearby.new')}</Second>
        </div>
      }
    >
      <div class="page flush">
        <Show when={searching()}>
          <label class="find"><span>{say('nearby.searchfor')}</span>
            <input class="entry" type="search" value={wanted()} ref={(input) => queueMicrotask(() => input.focus())} onInput={(event) => setWanted(event.currentTarget.value)} />
          </label>
        </Show>
        <Show when={found().length} fallback={<Show when={!known.loading}><Empty text={say('nearby.empty')} button={say('nearby.new')} to={{ at: 'forms' }} /></Show>}>
          <Rows>
            <For each={found().slice(0, most())}>
              {(i) => (
                <Row id={i.key} mark={<Mark condition={i.condition} />} title={i.name} right={i.metres === null ? undefined : distance(i.metres)}
                  sub={i.words} more={i.last} onClick={() => begin(i)} />
              )}
            </For>
          </Rows>
          <Show when={found().length > most()}>
            <button type="button" class="as-link more" onClick={() => setMost(most() + 50)}>{count('nearby.more', found().length - most())}</button>
          </Show>
        </Show>
      </div>
    </Screen>
  );
}

const byDue = (a: Item, b: Item): number => (a.deployment?.due_on ?? '9').localeCompare(b.deployment?.due_on ?? '9') || a.name.localeCompare(b.name);

export function condition(d: Deployment): string {
  if (d.condition === 'silent' && d.last_visit) return count('condition.silent', daysSince(d.last_visit));
  if (d.working !== undefined && d.working !== null && d.installed && d.condition !== 'broken') {
    return say('condition.units', { working: d.working, installed: d.installed });
  }
  const words = say(`condition.${d.condition}` as Key);
  return d.installed ? count('condition.of', d.installed, { words }) : words;
}
