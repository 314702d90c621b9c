import { say as sayAny, type Key } from '../words/index.ts';

type Own<K> = K extends `form.${infer Name}` ? Name : never;
export type Word = Own<Key>;

/** The form's own words, which live beside the shell's under `form.`. */
export const say = (word: Word, values: Record<string, string | number> = {}): string => sayAny(`form.${word}` as Key, values);
