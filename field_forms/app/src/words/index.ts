import { createSignal } from 'solid-js';
import formEn from './en/form.json';
import shellEn from './en/shell.json';

/** The languages of the app's own words; a form brings its own. Another language: two more files, and a line in `OTHERS`. */
export const LANGUAGES = { en: 'English', hi: 'हिन्दी' } as const;
export type Language = keyof typeof LANGUAGES;

const english = { ...shellEn, ...formEn };
export type Key = keyof typeof english;
type Words = Partial<Record<Key, string>>;
const OTHERS: Record<Exclude<Language, 'en'>, () => Promise<Words>> = {
  hi: async () => ({ ...(await import('./hi/shell.json')).default, ...(await import('./hi/form.json')).default }),
};
const words: Partial<Record<Language, Words>> = { en: english };

const [language, choose] = createSignal<Language>('en');
export { language };

/** The language that the phone speaks, if the app does. */
export const ofThisPhone = (): Language =>
  (Object.keys(LANGUAGES) as Language[]).find((code) => navigator.language.startsWith(code)) ?? 'en';

/** Words other than English are fetched (from this phone, once the app is kept) before they are shown. */
export async function setLanguage(chosen: Language): Promise<void> {
  if (chosen !== 'en') words[chosen] ??= await OTHERS[chosen]().catch(() => ({}));
  choose(chosen);
  document.documentElement.lang = chosen;
}

/** The sentence in the officer's language, `{name}` filled in; English where a translation is missing. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  const sentence = words[language()]?.[key] ?? english[key];
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
