import { createEffect, createRoot, createSignal, on } from 'solid-js';
import { nowSending } from '../store/channel.ts';
import type { Profile } from '../store/db.ts';
import { profile as stored, profiles, update } from '../store/profiles.ts';
import { isUnsent, reports } from '../store/reports.ts';
import { room } from '../store/room.ts';
import { ask, NoNetwork, Refused } from './ask.ts';
import { enrolPrepared } from './enrol.ts';
import { lastPhotos } from './last_photos.ts';
import { bringOutlines } from './outlines.ts';
import { refresh } from './pack.ts';
import { sendAll } from './send.ts';
import { appVersion, kept } from './version.ts';

const FIRST = 5_000;
const LONGEST = 30 * 60_000;
const ELSEWHERE = 10_000; // until a look at what another window, or the worker, left

const [network, setNetwork] = createSignal(navigator.onLine);
/** Whether the office answered last time, or the phone says that there is a network. */
export { network };

let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

let running: Promise<void> | undefined;
let again = false;

/** Send and fetch for everybody on this phone, whoever is working. One window at a time does it; asked for meanwhile,
 * it is done once more, as somebody may have been added. */
export function round(): Promise<void> {
  again = true;
  running ??= untilDone().finally(() => void (running = undefined));
  return running;
}

async function untilDone(): Promise<void> {
  while (again) {
    again = false;
    await once();
  }
}

async function once(): Promise<void> {
  clearTimeout(timer);
  const failed = await alone('gramreach-send', rounds);
  if (failed === 'elsewhere') {
    timer = setTimeout(() => void round(), ELSEWHERE);
    return;
  }
  if (failed === null) {
    tries = 0;
    return;
  }
  const wait = Math.max(failed * 1000, Math.min(LONGEST, FIRST * 2 ** tries) * (0.5 + Math.random()));
  tries += 1;
  timer = setTimeout(() => void round(), wait);
}

/** By the officer's button, or because the network came: without waiting for the next turn. */
export function roundNow(): Promise<void> {
  tries = 0;
  return round();
}

/** Null: all went well. Else the seconds that the office asks us to wait. */
async function rounds(): Promise<number | null> {
  let failed: number | null = null;
  try {
    for (const of of (await profiles()).sort((a, b) => Number(isNew(b)) - Number(isNew(a)))) {
      const error = await oneRound(of);
      if (error === null) continue;
      failed = Math.max(failed ?? 0, error instanceof Refused ? error.after : 0);
      if (error instanceof NoNetwork) break;
    }
  } finally {
    nowSending(null, false);
  }
  return failed;
}

const isNew = (of: Profile): boolean => of.state === 'asked' || of.state === 'coming';

async function oneRound(before: Profile): Promise<Error | null> {
  if (before.state === 'revoked') return null;
  try {
    const of = before.state === 'asked' ? await enrolPrepared(before) : before;
    nowSending(null, true);
    if (isNew(of)) await refresh(of); // somebody stands there and waits for it; reports can wait a minute more
    await sendAll(of);
    await refresh(of);
    await tell(of);
    if (kept() || !('serviceWorker' in navigator)) {
      await bringOutlines(of); // the app itself comes first
      await lastPhotos(of);
    }
    setNetwork(true);
    return null;
  } catch (error) {
    if (error instanceof NoNetwork) setNetwork(false);
    else setNetwork(true);
    if (error instanceof Refused && error.unknownPhone && (await stored(before.id))?.token === before.token) {
      await update(before.id, { state: 'revoked' });
      return null;
    }
    if (error instanceof NoNetwork || error instanceof Refused) return error;
    throw error;
  }
}

/** What the coordinator sees of this phone. */
async function tell(of: Profile): Promise<void> {
  const unsent = (await reports(of.id)).filter(isUnsent);
  const space = await room();
  const oldest = unsent.map((r) => r.finished_at ?? '').sort()[0];
  await ask('/api/v1/sync/phone', {
    token: of.token,
    json: {
      app_version: await appVersion(),
      unsent: unsent.length,
      oldest_unsent: oldest || null,
      storage_used: space.used,
      storage_free: space.free,
      persisted: space.persisted,
    },
  });
}

/** Runs `work` in one window of this phone only, and not beside the worker that sends while no window is open. */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T | 'elsewhere'> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : 'elsewhere' as const));
}

/** On open, when the network comes, and every few minutes while it is open. */
export function startRounds(): void {
  addEventListener('online', () => void roundNow());
  addEventListener('offline', () => setNetwork(false));
  document.addEventListener('visibilitychange', () => void (document.visibilityState === 'visible' && round()));
  createRoot(() => createEffect(on(kept, (whole) => void (whole && round()), { defer: true })));
  setInterval(() => void (navigator.onLine && tries === 0 && round()), 10 * 60_000);
  void round();
}

/** Whether this phone sends when there is a network again, although nobody opens the app. */
export const wakes = (): boolean => 'SyncManager' in window;

export async function askToBeWoken(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration('/field/');
  const sync = (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register('send').catch(() => undefined);
}
