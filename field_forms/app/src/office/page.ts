/** The page around a form in the office's browser: its places, its words. */
import { language } from '../words/index.ts';

const SAID = {
  en: {
    only: 'Preview: nothing is kept and nothing is sent.',
    done: 'Complete. This is what a phone would send:',
    back: 'Back',
    fault: 'This form cannot be opened: ',
    change: (officer: string) => `You change a report of ${officer}. What was sent stays in its history.`,
    store: 'Store the change',
    sending: 'Being stored ...',
    unsure: 'No answer came. Nothing is stored twice: send it again.',
    again: 'Send again',
    signIn: 'You are signed out. Sign in in another tab, then send again.',
    meanwhile: 'Somebody else changed this report meanwhile. Your answers are still here.',
    see: 'See what changed',
    newest: 'Begin again with the newest',
    mine: 'Store mine all the same',
    refused: 'This was not stored: ',
  },
  hi: {
    only: 'केवल देखने के लिए: कुछ रखा या भेजा नहीं जाता।',
    done: 'पूरा हुआ। फ़ोन यह भेजता:',
    back: 'वापस',
    fault: 'यह फ़ॉर्म नहीं खुला: ',
    change: (officer: string) => `आप ${officer} की रिपोर्ट बदल रहे हैं। जो भेजा गया था, वह इतिहास में रहता है।`,
    store: 'बदलाव रखें',
    sending: 'रखा जा रहा है ...',
    unsure: 'उत्तर नहीं आया। कुछ दो बार नहीं रखा जाता: फिर भेजें।',
    again: 'फिर भेजें',
    signIn: 'आप साइन आउट हो गए हैं। दूसरे टैब में साइन इन करें, फिर भेजें।',
    meanwhile: 'इस बीच किसी और ने यह रिपोर्ट बदली। आपके उत्तर अभी यहीं हैं।',
    see: 'देखें क्या बदला',
    newest: 'सबसे नई से फिर शुरू करें',
    mine: 'फिर भी मेरे उत्तर रखें',
    refused: 'यह नहीं रखा गया: ',
  },
} as const;

export const words = () => SAID[language()];
export const at = (id: string) => document.getElementById(id)!;

/** Addresses of this server only: what is opened here runs in the name of whoever is signed in. */
export function own(address: string | null): string {
  const url = new URL(address ?? '', location.origin);
  if (url.origin !== location.origin) throw new Error(url.href);
  return url.pathname + url.search;
}

export interface Act { name: string; act: () => void }

/** What can be done now, as buttons beside what is told. */
export function offer(...acts: Act[]): void {
  at('acts').replaceChildren(...acts.map(({ name, act }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.addEventListener('click', act);
    return button;
  }));
}
