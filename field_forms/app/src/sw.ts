/// <reference lib="webworker" />
// Keeps the app's own files on the phone, one cache a version, and sends what waits when the phone wakes it.
import { sendAsleep } from './sync/asleep.ts';

interface BuildFile { path: string; bytes: number; sha256: string; later?: boolean }
interface Build { version: string; files: BuildFile[] }
interface SyncEvent extends ExtendableEvent { readonly tag: string }

declare const __BUILD__: Build;
const worker = self as unknown as ServiceWorkerGlobalScope;

const BUILD: Build = __BUILD__; // written in by vite.config.ts once the files exist
const PREFIX = 'gramreach-app-';
const CACHE = PREFIX + BUILD.version;
const BASE = '/field/';
const AT_ONCE = 3; // of its files: on a slow line each alone would wait half a second for its first byte
const addressOf = (file: BuildFile): string => (file.path === 'index.html' ? BASE : BASE + file.path);
const ours = new Set(BUILD.files.map(addressOf));

// The first time only what opens a form; the rest follows at once. A later version comes whole before it takes over.
worker.addEventListener('install', (event) => event.waitUntil(fill(worker.registration.active !== null)));

worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') event.waitUntil(worker.skipWaiting());
  if (event.data === 'version') event.source?.postMessage({ version: BUILD.version });
  if (event.data === 'rest') event.waitUntil(rest(event.source));
});

worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (!url.pathname.startsWith(BASE)) return;
  const page = event.request.mode === 'navigate';
  if (page || ours.has(url.pathname)) event.respondWith(answer(event.request, page ? BASE : url.pathname));
});

// There is a network again, and perhaps no window. What fails now is tried again when the phone says so.
worker.addEventListener('sync', ((event: SyncEvent) => event.waitUntil(sendAsleep())) as EventListener);

/** Fetches what is missing, file by file: what came before a cut is not asked for again. */
async function fill(whole: boolean): Promise<void> {
  const cache = await caches.open(CACHE);
  const total = BUILD.files.reduce((sum, file) => sum + file.bytes, 0);
  const here = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const wanted = BUILD.files.filter((file) => whole || !file.later);
  let got = 0;
  const next = async (): Promise<void> => {
    for (let file = wanted.shift(); file; file = wanted.shift()) {
      if (!here.has(addressOf(file))) await cache.put(addressOf(file), (await older(file)) ?? (await fetched(file)));
      got += file.bytes;
      channel.postMessage({ kind: 'app', got, total });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

async function rest(asked: ExtendableMessageEvent['source']): Promise<void> {
  const whole = await fill(true).then(() => true, () => false);
  asked?.postMessage({ whole });
}

const channel = new BroadcastChannel('gramreach-app');

/** The same file in the cache of an earlier version. */
async function older(file: BuildFile): Promise<Response | null> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CACHE) continue;
    const found = await (await caches.open(name)).match(addressOf(file));
    if (found && (await isWhole(found.clone(), file))) return found;
  }
  return null;
}

async function fetched(file: BuildFile): Promise<Response> {
  const hashed = file.path.startsWith('assets/');
  const answer = await fetch(addressOf(file), { cache: hashed ? 'default' : 'no-cache', credentials: 'same-origin' });
  if (!answer.ok || !(await isWhole(answer.clone(), file))) throw new Error(`${file.path} did not come whole`);
  return answer;
}

async function isWhole(response: Response, file: BuildFile): Promise<boolean> {
  const content = await response.arrayBuffer();
  if (content.byteLength !== file.bytes) return false;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') === file.sha256;
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((n) => n.startsWith(PREFIX) && n !== CACHE).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? (await fetch(request));
}
