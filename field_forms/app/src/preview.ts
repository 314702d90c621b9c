/**
 * A form opened in the office's browser with the view that phones have. Nothing is kept and nothing is sent.
 * Asked as `?form=<address of the XForm>&media=<address>&media=...&title=...&back=<page>&language=hi`.
 */
import './ui/tokens.css';
import './preview.css';
import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { openForm } from './form/index.ts';
import { setLanguage, type Language } from './words/index.ts';

const SAID = {
  en: { only: 'Preview: nothing is kept and nothing is sent.', done: 'Complete. This is what a phone would send:', back: 'Back', fault: 'This form cannot be opened: ' },
  hi: { only: 'केवल देखने के लिए: कुछ रखा या भेजा नहीं जाता।', done: 'पूरा हुआ। फ़ोन यह भेजता:', back: 'वापस', fault: 'यह फ़ॉर्म नहीं खुला: ' },
} as const;

const asked = new URLSearchParams(location.search);
const language: Language = asked.get('language') === 'hi' ? 'hi' : 'en';
const words = SAID[language];
const at = (id: string) => document.getElementById(id)!;

/** Addresses of this server only: what is opened here runs in the name of whoever is signed in. */
function own(address: string | null): string {
  const url = new URL(address ?? '', location.origin);
  if (url.origin !== location.origin) throw new Error(url.href);
  return url.pathname + url.search;
}

async function text(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} ${answer.status}`);
  return answer.text();
}

async function start(): Promise<void> {
  await setLanguage(language);
  document.documentElement.lang = language;
  const back = at('back') as HTMLAnchorElement;
  back.href = own(asked.get('back') ?? '/forms');
  back.textContent = words.back;
  at('title').textContent = asked.get('title') ?? '';
  at('told').textContent = words.only;
  const xform = await text(own(asked.get('form')));
  const media = new Map<string, string>();
  for (const address of asked.getAll('media')) media.set(address.split('/').pop()!, await text(own(address)));
  const form = await openForm({ xform, media }, { language, deviceId: 'preview', officer: 'preview' });
  const close = render(() => createComponent(form.View, { finish: () => void finish() }), at('form'));

  async function finish(): Promise<void> {
    const result = await form.finalize();
    if (!result.ok) return result.first();
    close();
    at('told').textContent = words.done;
    const shown = document.createElement('pre');
    shown.textContent = result.snapshot.xml.replace(/></g, '>\n<');
    at('form').replaceChildren(shown);
    form.dispose();
  }
}

start().catch((error: unknown) => {
  at('told').textContent = words.fault + (error instanceof Error ? error.message : String(error));
});
