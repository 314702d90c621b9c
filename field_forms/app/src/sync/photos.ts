import { Upload, type DetailedError } from 'tus-js-client';
import type { Photo, Report } from '../store/db.ts';
import { changePhoto, sha256 } from '../store/reports.ts';
import { NoNetwork, Refused, seconds } from './ask.ts';
import { FetchStack } from './fetch_stack.ts';

const PART = 64 * 1024; // a cut costs at most this much of a photo

/** One photo, from where the last try ended. Its address at the office is kept with it. */
export async function sendPhoto(photo: Photo, report: Report, token: string, heard: (share: number) => void): Promise<void> {
  const hash = photo.sha256 || (await sha256(photo.blob));
  await changePhoto(photo.report, photo.name, { sha256: hash, tries: photo.tries + 1 });
  try {
    await upload(photo, report.instance_id, hash, token, heard);
  } catch (error) {
    if (error instanceof Refused && error.status === 460) await changePhoto(photo.report, photo.name, { url: '', sent: 0 });
    if (error instanceof Refused && isAside(error)) await changePhoto(photo.report, photo.name, { aside: true });
    else throw error;
  }
  await changePhoto(photo.report, photo.name, { arrived: true, sent: photo.blob.size });
}

/** Not this report's photo, but the office has it. */
const isAside = (error: Refused): boolean => error.code === 'attachment_conflict' || error.code === 'not_an_image';

function upload(photo: Photo, instance: string, hash: string, token: string, heard: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending: Upload = new Upload(photo.blob, {
      endpoint: '/api/v1/uploads/',
      uploadUrl: photo.url || null,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { instance_id: instance, filename: photo.name, sha256: hash, filetype: photo.blob.type || typeOf(photo.name) },
      chunkSize: PART,
      retryDelays: [1_000, 3_000],
      storeFingerprintForResuming: false,
      ...('XMLHttpRequest' in globalThis ? {} : { httpStack: new FetchStack() }), // a service worker has none
      onUploadUrlAvailable: () => void changePhoto(photo.report, photo.name, { url: sending.url ?? '' }),
      onProgress: (sent, total) => heard(total ? sent / total : 0),
      onChunkComplete: (_size, accepted) => void changePhoto(photo.report, photo.name, { sent: accepted }),
      onShouldRetry: (error) => [0, 409, 423].includes(statusOf(error)) || statusOf(error) >= 500,
      onSuccess: () => resolve(),
      onError: (error) => reject(asOurs(error)),
    });
    sending.start();
  });
}

const isDetailed = (error: Error): error is DetailedError => 'originalResponse' in error;

function statusOf(error: Error): number {
  return isDetailed(error) ? (error.originalResponse?.getStatus() ?? 0) : 0;
}

function asOurs(error: Error): Error {
  const response = isDetailed(error) ? error.originalResponse : null;
  if (!response) return new NoNetwork(error.message);
  let said: { code?: string; detail?: string } = {};
  try {
    said = JSON.parse(response.getBody()) as typeof said;
  } catch { /* tus itself answers without a body */ }
  return new Refused(response.getStatus(), said.code ?? '', said.detail ?? '', seconds(response.getHeader('Retry-After') ?? null));
}

const TYPES: Record<string, string> = { jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', mp4: 'video/mp4', m4a: 'audio/mp4', webm: 'video/webm' };
const typeOf = (name: string): string => TYPES[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream';
