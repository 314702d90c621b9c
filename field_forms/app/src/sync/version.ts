import { createSignal } from 'solid-js';
import type { Profile } from '../store/db.ts';
import { profiles } from '../store/profiles.ts';

const [fresh, setFresh] = createSignal(false);
/** A newer app has come whole and takes over at the next start. */
export { fresh };

const [appProgress, setAppProgress] = createSignal<{ got: number; total: number } | null>(null);
export { appProgress };

/** Of the worker that keeps this app's files; empty before there is one. */
export async function appVersion(): Promise<string> {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return '';
  return new Promise((resolve) => {
    const done = (version: string): void => {
      navigator.serviceWorker.removeEventListener('message', heard);
      resolve(version);
    };
    const heard = (event: MessageEvent<unknown>): void => {
      const said = event.data;
      if (said && typeof said === 'object' && 'version' in said) done(String(said.version));
    };
    navigator.serviceWorker.addEventListener('message', heard);
    worker.postMessage('version');
    setTimeout(() => done(''), 5_000); // a slow phone may have to start the worker first
  });
}

/** Before anything is opened: a version that waits takes over, if this is the only window. True: the page reloads. */
export async function takeNewVersion(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration('/field/');
  if (!registration?.waiting || !navigator.serviceWorker.controller || !(await alone())) return false;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 2_000);
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      clearTimeout(timer);
      location.reload();
      resolve(true);
    }, { once: true });
    registration.waiting!.postMessage('take-over');
  });
}

/** Whether this is the only window. One that was just closed may still be counted, so a second is asked about again. */
async function alone(): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  await new Promise<void>((mine) => {
    void navigator.locks.request('gramreach-open', { mode: 'shared' }, () => {
      mine();
      return new Promise(() => undefined);
    });
  });
  for (let asked = 0; asked < 4; asked += 1) {
    const { held = [] } = await navigator.locks.query();
    if (held.filter((lock) => lock.name === 'gramreach-open').length === 1) return true;
    await new Promise((later) => setTimeout(later, 250));
  }
  return false;
}

export async function keepApp(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const channel = new BroadcastChannel('gramreach-app');
  channel.onmessage = (event: MessageEvent<{ got: number; total: number }>) => setAppProgress(event.data);
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    const said = event.data;
    if (said && typeof said === 'object' && 'whole' in said) setKept(said.whole === true);
  });
  const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/field/', updateViaCache: 'none' });
  const watch = (worker: ServiceWorker | null): void => {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && navigator.serviceWorker.controller) setFresh(true);
    });
  };
  if (registration.waiting && navigator.serviceWorker.controller) setFresh(true);
  watch(registration.installing);
  registration.addEventListener('updatefound', () => watch(registration.installing));
  addEventListener('online', () => {
    void registration.update().catch(() => undefined);
    void keepRest();
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => void keepRest());
  void keepRest();
}

const isWaitedFor = (one: Profile): boolean => one.state === 'asked' || one.state === 'coming';

const [kept, setKept] = createSignal(false);
/** All of the app's own files are on this phone. */
export { kept };

/** Asks the worker for what is still missing of the app: after the lists of whoever is being added, which matter more. */
export async function keepRest(): Promise<void> {
  const all = await profiles();
  if (all.length === 0 || all.some(isWaitedFor)) return;
  const registration = await navigator.serviceWorker?.getRegistration('/field/');
  registration?.active?.postMessage('rest');
}
