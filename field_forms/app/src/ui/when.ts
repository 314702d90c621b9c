import { language, say, type Key } from '../words/index.ts';

const DAY = 86_400_000;
const locale = (): string => (language() === 'en' ? 'en-IN' : `${language()}-IN-u-nu-latn`);
const startOf = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** 5:20 pm, शाम 5:20 */
export function time(iso: string): string {
  const date = new Date(iso);
  const clock = `${date.getHours() % 12 || 12}:${String(date.getMinutes()).padStart(2, '0')}`;
  return say(partOfDay(date.getHours()), { clock });
}

function partOfDay(hour: number): Key {
  if (hour < 4) return 'time.early';
  if (hour >= 20) return 'time.night';
  if (hour < 12) return 'time.morning';
  return hour < 16 ? 'time.noon' : 'time.evening';
}

export function day(iso: string, withYear = false): string {
  const date = new Date(iso.length === 10 ? `${iso}T12:00` : iso);
  const year = withYear || date.getFullYear() !== new Date().getFullYear();
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: language() === 'en' ? 'short' : 'long', ...(year ? { year: 'numeric' } : {}) };
  const parts = new Intl.DateTimeFormat(locale(), options).formatToParts(date);
  const part = (type: string): string => (parts.find((p) => p.type === type)?.value ?? '').replace(/^Sept$/, 'Sep').replace('नवम्बर', 'नवंबर');
  return [part('day'), part('month'), year ? part('year') : ''].filter(Boolean).join(' ');
}

/** 5:20 pm · yesterday, 5:20 pm · 20 Nov, 5:20 pm */
export function moment(iso: string): string {
  const days = Math.round((startOf(new Date()) - startOf(new Date(iso))) / DAY);
  if (days === 0) return time(iso);
  return days === 1 ? say('time.yesterday', { time: time(iso) }) : say('time.day', { day: day(iso), time: time(iso) });
}

export function daysSince(date: string): number {
  return Math.max(0, Math.round((startOf(new Date()) - startOf(new Date(`${date.slice(0, 10)}T12:00`))) / DAY));
}

export function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  const mb = bytes / 1024 / 1024;
  if (mb >= 10_000) return `${Math.round(mb / 1024)} GB`;
  return `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`;
}

export function distance(metres: number): string {
  if (metres < 995) return say('metres', { n: Math.max(10, Math.round(metres / 10) * 10) });
  const km = metres / 1000;
  return say('kilometres', { n: km < 10 ? km.toFixed(1) : Math.round(km) });
}

export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2
    + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_009 * Math.asin(Math.sqrt(h));
}

/** One or many: words with `.one` beside them. */
export function count(key: string, n: number, values: Record<string, string | number> = {}): string {
  return say((n === 1 ? `${key}.one` : key) as Key, { n, ...values });
}

export const inWords = (named: { en: string; hi?: string | undefined }): string => (language() === 'hi' && named.hi) || named.en;

/** A form's title: its languages are named as the form names them ("en", "English (en)"). */
export function titleOf(title: Record<string, string>): string {
  const of = (code: string): string | undefined =>
    title[code] ?? Object.entries(title).find(([name]) => name.endsWith(`(${code})`))?.[1];
  return of(language()) ?? of('en') ?? Object.values(title)[0] ?? '';
}
