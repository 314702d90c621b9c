/** Photos, made small and bare before they are stored: what they told of place and time goes into the report. */
import { round } from './geo.ts';

const SIDE = 1280;
const BYTES = 170_000; // about 150 KB; a network of the evening carries it in a minute
const QUALITIES = [0.82, 0.7, 0.58, 0.45];

export interface Photo {
  file: File;
  /** From the original's EXIF, if it had any. */
  taken: Date | null;
  place: { lat: number; lon: number } | null;
}

export async function shrink(original: Blob, options: { maxPixels: number | null; caption?: (photo: Omit<Photo, 'file'>) => string[] }): Promise<Photo> {
  const facts = await readFacts(original);
  const bitmap = await createImageBitmap(original, { imageOrientation: 'from-image' });
  const side = Math.min(SIDE, options.maxPixels ?? SIDE);
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: false })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const hash = differenceHash(context);
  if (options.caption) annotate(context, options.caption(facts));
  let jpeg: Blob | null = null;
  for (const quality of QUALITIES) {
    jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (jpeg && jpeg.size <= BYTES) break;
  }
  if (!jpeg) throw new Error('The photo could not be made smaller.');
  const name = `photo-${stamp(facts.taken ?? new Date())}-${hash}.jpg`;
  return { ...facts, file: new File([jpeg], name, { type: 'image/jpeg' }) };
}

const two = (n: number) => String(n).padStart(2, '0');
const stamp = (at: Date) =>
  `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}T${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;

async function readFacts(original: Blob): Promise<Omit<Photo, 'file'>> {
  try {
    const { parse } = await import('exifr/dist/lite.esm.mjs');
    const found = (await parse(original, { gps: true })) ?? {};
    const { latitude: lat, longitude: lon, DateTimeOriginal: taken } = found;
    return {
      taken: taken instanceof Date && !Number.isNaN(taken.getTime()) ? taken : null,
      place: typeof lat === 'number' && typeof lon === 'number' ? { lat: round(lat, 6), lon: round(lon, 6) } : null,
    };
  } catch {
    return { taken: null, place: null }; // a photo without readable facts is still a photo
  }
}

const CLEARLY = 2; // grey levels of 256: less is the noise of saving again, in a white sky or a dark corner

/**
 * 64 bits, each whether a field of the picture's 9 x 8 is clearly darker than its right neighbour: alike for copies. By plain
 * means of the fields, as the office works it out: how a browser draws a picture small is its own affair.
 */
function differenceHash(context: CanvasRenderingContext2D): string {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const sums = new Float64Array(72);
  const counts = new Uint32Array(72);
  for (let y = 0, i = 0; y < height; y++) {
    const row = 9 * Math.floor((8 * y) / height);
    for (let x = 0; x < width; x++, i += 4) {
      const field = row + Math.floor((9 * x) / width);
      sums[field]! += 299 * data[i]! + 587 * data[i + 1]! + 114 * data[i + 2]!;
      counts[field]!++;
    }
  }
  const grey = (field: number) => sums[field]! / 1000 / Math.max(1, counts[field]!);
  let hex = '';
  for (let y = 0; y < 8; y++) {
    let bits = 0;
    for (let x = 0; x < 8; x++) bits = (bits << 1) | (grey(9 * y + x + 1) - grey(9 * y + x) > CLEARLY ? 1 : 0);
    hex += bits.toString(16).padStart(2, '0');
  }
  return hex;
}

function annotate(context: CanvasRenderingContext2D, lines: string[]): void {
  const { width, height } = context.canvas;
  const size = Math.max(14, Math.round(Math.min(width, height) / 26));
  const box = lines.length * size * 1.5 + size;
  context.fillStyle = 'rgba(21, 25, 29, 0.8)';
  context.fillRect(0, height - box, width, box);
  context.fillStyle = '#fff';
  context.font = `${size}px system-ui, "Noto Sans Devanagari", sans-serif`;
  lines.forEach((line, i) => context.fillText(line, size, height - box + size * 1.5 * (i + 1), width - 2 * size));
}

/** "148 KB", "2.4 MB". */
export function bytes(n: number): string {
  return n < 1e6 ? `${Math.max(1, Math.round(n / 1000))} KB` : `${(n / 1e6).toFixed(1)} MB`;
}
