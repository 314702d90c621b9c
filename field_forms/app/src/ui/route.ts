import { createSignal } from 'solid-js';

/** Where the officer is: in the address behind the #, so that the phone's back button and a reload do what they should. */
export interface Route { at: string; key?: string; with?: Record<string, string> }

export function read(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [at = '', key] = path.split('/');
  const given = Object.fromEntries(new URLSearchParams(query));
  return { at, ...(key ? { key: decodeURIComponent(key) } : {}), ...(query ? { with: given } : {}) };
}

export function hashOf(route: Route): string {
  const query = route.with ? `?${new URLSearchParams(route.with)}` : '';
  return `#${route.at}${route.key ? `/${encodeURIComponent(route.key)}` : ''}${query}`;
}

const [route, setRoute] = createSignal<Route>(read(location.hash));
export { route };

addEventListener('hashchange', () => arrived());

function arrived(): void {
  setRoute(read(location.hash));
  scrollTo(0, 0);
  queueMicrotask(() => document.getElementById('main')?.focus({ preventScroll: true }));
}

export function go(to: Route): void {
  const hash = hashOf(to);
  if (location.hash === hash) arrived();
  else location.hash = hash;
}

/** Without a step for the back button. */
export function replace(to: Route, quietly = false): void {
  history.replaceState(null, '', hashOf(to));
  if (!quietly) arrived();
}
