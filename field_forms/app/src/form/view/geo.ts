import { say } from '../words.ts';
import type { Place } from '../lists.ts';

export const WEAK = 100; // metres: worse than this is said and drawn
export const AVERAGING = 20; // seconds that are worth waiting

export interface Reading extends Place {
  accuracy: number;
  altitude: number | null;
  at: number;
}

/** "140 m", "9 km": as exact as one can walk. */
export function metres(m: number): string {
  if (m < 1000) return say('metres', { n: m < 20 ? Math.round(m) : Math.round(m / 10) * 10 });
  const km = m / 1000;
  return say('kilometres', { n: km < 5 ? Math.round(km * 10) / 10 : Math.round(km).toLocaleString('en-IN') });
}

/**
 * One place from many readings: those not much worse than the best, weighted by accuracy. The accuracy stays the best
 * reading's: errors of neighbouring seconds are alike, so that averaging proves nothing better.
 */
export function average(readings: Reading[]): Reading | null {
  const best = Math.min(...readings.map((one) => one.accuracy));
  const good = readings.filter((one) => one.accuracy <= best * 1.5 + 1);
  const last = good.at(-1);
  if (!last) return null;
  let [lat, lon, weight] = [0, 0, 0];
  for (const one of good) {
    const w = 1 / Math.max(1, one.accuracy) ** 2;
    lat += one.lat * w;
    lon += one.lon * w;
    weight += w;
  }
  const heights = good.map((one) => one.altitude).filter((one): one is number => one !== null);
  const altitude = heights.length ? heights.reduce((a, b) => a + b) / heights.length : null;
  return { lat: lat / weight, lon: lon / weight, accuracy: best, altitude, at: last.at };
}

export const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Metres east and north of `from`: good enough within a district. */
export function offset(from: Place, to: Place): [number, number] {
  return [(to.lon - from.lon) * 111_320 * Math.cos((from.lat * Math.PI) / 180), (to.lat - from.lat) * 110_574];
}

export function moved(from: Place, east: number, north: number): Place {
  return { lat: from.lat + north / 110_574, lon: from.lon + east / (111_320 * Math.cos((from.lat * Math.PI) / 180)) };
}

/** The longest of 1, 2, 5, 10 ... metres that is not longer than `most`. */
export function niceLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9)));
  return [5, 2, 1].map((n) => n * power).find((length) => length <= most) ?? power;
}

/** Watches the position until called again. `failed` gets words for the officer. */
export function watch(got: (reading: Reading) => void, failed: (text: string) => void): () => void {
  if (!navigator.geolocation) {
    failed(say('noPosition'));
    return () => {};
  }
  const id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) =>
      got({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, altitude: coords.altitude, at: timestamp }),
    (error) => failed(error.code === error.PERMISSION_DENIED ? say('positionForbidden') : say('noPosition')),
    { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 },
  );
  return () => navigator.geolocation.clearWatch(id);
}
