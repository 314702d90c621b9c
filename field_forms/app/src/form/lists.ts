/** List files (villages, technologies, deployments) as the officer searches them. */

export type Row = Record<string, string>;
export interface Place {
  lat: number;
  lon: number;
}
export interface Entry {
  value: string;
  /** As the officer reads it: own language first, then the other script. */
  names: string[];
  detail: string[];
  panchayat: string;
  place: Place | null;
  /** What is searched: names, then details, folded. */
  folded: string[];
  loose: string;
}

/** RFC 4180, with what spreadsheets do to it: a byte-order mark, CRLF, blank lines. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const source = text.replace(/^\uFEFF/, '');
  while (cell.lastIndex < source.length) {
    const match = cell.exec(source);
    if (!match) throw new Error('A list file cannot be read.');
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') {
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
    } else if (cell.lastIndex === source.length) row.push('');
  }
  if (row.length) rows.push(row);
  return rows;
}

const XML_NAME = /^[A-Za-z_][\w.-]*$/;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The list as the engine reads secondary instances: it then needs no CSV reader of its own. */
export function asXml([header = [], ...rows]: string[][]): string {
  const named = header.flatMap((name, i) => (XML_NAME.test(name) ? [[name, i] as const] : []));
  const safe = (cell = '') => cell.replace(/[&<>]/g, (sign) => ENTITIES[sign]!).replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '');
  const item = (row: string[]) => `<item>${named.map(([name, i]) => `<${name}>${safe(row[i])}</${name}>`).join('')}</item>`;
  return `<root>${rows.map(item).join('')}</root>`;
}

/** The columns that `reads`, and the first two, which name and label. */
export function narrow(csv: string[][], reads: (column: string) => boolean): string[][] {
  const header = csv[0] ?? [];
  const kept = header.flatMap((name, i) => (i < 2 || reads(name) ? [i] : []));
  return csv.map((row) => kept.map((i) => row[i] ?? ''));
}

/** Without case, accents, nukta and joiners; matras stay, for without them Hindi words fall together. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u093c\u200c\u200d]/g, '')
    .replace(/\u0901/g, '\u0902')
    .toLowerCase();
}

/** How a name sounds, roughly: long vowels and doubled letters are written in many ways. */
export function loosen(folded: string): string {
  return folded
    .replace(/[^\p{L}\p{M}\p{N} ]/gu, '')
    .replace(/ee/g, 'i')
    .replace(/oo/g, 'u')
    .replace(/w/g, 'v')
    .replace(/ph/g, 'f')
    .replace(/([bcdgjkpt])h/g, '$1')
    .replace(/(.)\1+/gu, '$1');
}

export function placeOf(row: Row): Place | null {
  const [lat, lon] = (row.geometry || `${row.lat ?? row.latitude ?? ''} ${row.lon ?? row.longitude ?? ''}`).trim().split(/\s+/);
  if (!lat || !lon) return null;
  const place = { lat: Number(lat), lon: Number(lon) };
  return Number.isFinite(place.lat) && Number.isFinite(place.lon) ? place : null;
}

const SCRIPTS: Record<string, RegExp> = { hi: /\p{Script=Devanagari}/u, mr: /\p{Script=Devanagari}/u, te: /\p{Script=Telugu}/u, or: /\p{Script=Oriya}/u };

function namesOf(row: Row, label: string, language: string): string[] {
  const shown = row[label] || row.label || row.name || '';
  const own = row[`${label}_${language}`] || row[`${label}::${language}`];
  const local = row[`${label}_local`] ?? '';
  const other = Object.keys(row).find((key) => key.startsWith(`${label}_`) && row[key] && row[key] !== own);
  const second = own ? shown : local || (other ? (row[other] ?? '') : '');
  const first = own || shown;
  const names = SCRIPTS[language]?.test(local) && !own ? [local, shown] : [first, second];
  return [...new Set(names.filter(Boolean))];
}

export function entriesOf(rows: Row[], value: string, label: string, language: string): Entry[] {
  return rows.map((row) => {
    const names = namesOf(row, label, language);
    const detail = [row.block, row.district].filter((part): part is string => !!part);
    const folded = names.map(fold);
    return {
      value: row[value] ?? '',
      names,
      detail,
      panchayat: row.panchayat ?? '',
      place: placeOf(row),
      folded: [...folded, fold(`${row.panchayat ?? ''} ${detail.join(' ')} ${row.plate ?? ''}`)],
      loose: folded.map(loosen).join(' '),
    };
  });
}

const EARTH = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Metres between two places. */
export function distance(a: Place, b: Place): number {
  const h =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(h));
}

export interface Found {
  /** At most `most`, best first. */
  entries: Entry[];
  count: number;
  /** A name that more than one of the found have. */
  twice: { name: string; count: number; panchayat: boolean } | null;
}

/** Best: begins with what was typed; then a word does; then it is somewhere; then it sounds like it. Nearer comes first. */
export function search(entries: Entry[], typed: string, near: Place | null, most = 50): Found {
  const query = fold(typed.trim());
  const sound = loosen(query);
  const ranked: { entry: Entry; rank: number; far: number }[] = [];
  for (const entry of entries) {
    const rank = query ? rankOf(entry, query, sound) : 0;
    if (rank < 0) continue;
    ranked.push({ entry, rank, far: near && entry.place ? distance(near, entry.place) : Infinity });
  }
  if (query || near) ranked.sort((a, b) => a.rank - b.rank || (a.far === b.far ? 0 : a.far - b.far));
  const shown = ranked.slice(0, most).map((one) => one.entry);
  return { entries: shown, count: ranked.length, twice: query ? sameName(shown) : null };
}

function rankOf(entry: Entry, query: string, sound: string): number {
  const last = entry.folded.length - 1;
  let best = -1;
  entry.folded.forEach((text, i) => {
    const at = text.indexOf(query);
    if (at < 0) return;
    const rank = i === last ? 3 : at === 0 ? 0 : text[at - 1] === ' ' ? 1 : 2;
    if (best < 0 || rank < best) best = rank;
  });
  return best < 0 && sound.length > 2 && entry.loose.includes(sound) ? 4 : best;
}

function sameName(entries: Entry[]): Found['twice'] {
  const counts = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = entry.folded[0] ?? '';
    counts.set(key, [...(counts.get(key) ?? []), entry]);
  }
  const same = [...counts.values()].find((one) => one.length > 1);
  return same?.[0] ? { name: same[0].names[0] ?? '', count: same.length, panchayat: !!same[0].panchayat } : null;
}

/** The part of a name that was typed, as [before, typed, after], or null. */
export function marked(name: string, typed: string): [string, string, string] | null {
  const query = fold(typed.trim());
  if (!query) return null;
  for (let from = 0; from < name.length; from++) {
    if (!fold(name.slice(from)).startsWith(query)) continue;
    for (let to = from + 1; to <= name.length; to++) {
      if (fold(name.slice(from, to)).length < query.length) continue;
      while (to < name.length && /\p{M}/u.test(name[to] ?? '')) to++;
      return [name.slice(0, from), name.slice(from, to), name.slice(to)];
    }
  }
  return null;
}
