import { createResource, type Resource, type Signal } from 'solid-js';
import { createStore, reconcile, unwrap } from 'solid-js/store';
import { changes } from '../store/channel.ts';

/**
 * Read from the phone's database, and again whenever something was written, in whichever window. What did not change
 * stays the same object, so that a row is not drawn anew under a finger.
 */
export function live<T>(read: () => Promise<T>, key = 'key'): Resource<T> {
  const [resource] = createResource(changes, () => read(), { storage: (first) => reconciled(first, key) });
  return resource;
}

function reconciled<T>(first: T, key: string): Signal<T> {
  const [store, setStore] = createStore<{ value: T }>({ value: first });
  const set = (next: unknown): T => {
    const value = typeof next === 'function' ? (next as (before: T) => T)(unwrap(store).value) : (next as T);
    setStore('value', reconcile(value, { key }) as never);
    return store.value;
  };
  return [() => store.value, set] as Signal<T>;
}
