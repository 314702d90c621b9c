export interface Room { used: number; free: number; total: number; persisted: boolean; low: boolean; known: boolean }

const LEAST = 200 * 1024 * 1024;

/** What the browser gives this app. Low: under 15 % or 200 MB are left. */
export async function room(): Promise<Room> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const total = estimate?.quota ?? 0;
  const used = estimate?.usage ?? 0;
  const free = Math.max(0, total - used);
  const persisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  return { used, free, total, persisted, known: total > 0, low: total > 0 && (free < LEAST || free < total * 0.15) };
}

export async function askToKeep(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

export const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';
