import { createSignal, onCleanup, type Accessor } from 'solid-js';

export interface Here { lat: number; lon: number; accuracy: number }

/** Where this phone is while a screen needs it; null as long as nobody knows, or the officer said no. */
export function here(): Accessor<Here | null> {
  const [place, setPlace] = createSignal<Here | null>(null);
  if (!('geolocation' in navigator)) return place;
  const watch = navigator.geolocation.watchPosition(
    ({ coords }) => setPlace({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
    () => undefined,
    { enableHighAccuracy: true, maximumAge: 60_000 },
  );
  onCleanup(() => navigator.geolocation.clearWatch(watch));
  return place;
}
