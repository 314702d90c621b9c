/** The office answered, and said no. `code` is a word for programs, `detail` a sentence. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail: string, readonly after: number) {
    super(`${status} ${code}: ${detail}`);
  }

  get unknownPhone(): boolean {
    return this.status === 401 || (this.status === 403 && this.code !== 'not_allowed');
  }
}

/** No answer: no network, or it went away on the way. */
export class NoNetwork extends Error {}

export interface Question {
  token?: string;
  method?: 'GET' | 'POST';
  json?: unknown;
  gzip?: boolean;
  etag?: string;
}

const PATIENCE = 180_000; // milliseconds; 60 KB at 8 kbit/s take a minute

export async function ask(path: string, question: Question = {}): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' });
  if (question.token) headers.set('Authorization', `Bearer ${question.token}`);
  if (question.etag) headers.set('If-None-Match', question.etag);
  let body: BodyInit | null = null;
  if (question.json !== undefined) {
    headers.set('Content-Type', 'application/json');
    body = JSON.stringify(question.json);
    if (question.gzip && 'CompressionStream' in globalThis) {
      headers.set('Content-Encoding', 'gzip');
      body = await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
    }
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(path, {
      method: question.method ?? (question.json === undefined ? 'GET' : 'POST'),
      headers, body, cache: 'no-store', credentials: 'omit', signal: patience.signal,
    });
    if (answer.ok || answer.status === 304) return answer;
    throw await refusal(answer);
  } catch (error) {
    throw error instanceof Refused ? error : new NoNetwork(String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** The answer's JSON; an answer that was cut, or a page of somebody else's network, is no answer. */
export async function json<T>(path: string, question: Question = {}): Promise<T> {
  const answer = await ask(path, question);
  try {
    return (await answer.json()) as T;
  } catch (error) {
    throw new NoNetwork(String(error));
  }
}

async function refusal(answer: Response): Promise<Refused> {
  let said: { code?: unknown; detail?: unknown } = {};
  try {
    said = (await answer.json()) as typeof said;
  } catch { /* a proxy's page: the status says enough */ }
  const detail = typeof said.detail === 'string' ? said.detail : '';
  return new Refused(answer.status, typeof said.code === 'string' ? said.code : '', detail, seconds(answer.headers.get('Retry-After')));
}

/** Retry-After is a number of seconds or a date. */
export function seconds(header: string | null): number {
  if (!header) return 0;
  const number = Number(header);
  if (Number.isFinite(number)) return Math.max(0, number);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - Date.now()) / 1000);
}

/** The bytes as they come, told to `heard`; checked against what the office said they are. */
export async function download(path: string, token: string, sha256: string, heard: (bytes: number) => void): Promise<Blob> {
  const answer = await ask(path, { token });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    const reader = answer.body!.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value as Uint8Array<ArrayBuffer>);
      heard(part.value.length);
    }
  } catch (error) {
    throw new NoNetwork(String(error));
  }
  const blob = new Blob(parts, { type: answer.headers.get('Content-Type') ?? '' });
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  const found = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (sha256 && found !== sha256) throw new NoNetwork(`${path} came broken`);
  return blob;
}
