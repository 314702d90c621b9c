/**
 * A form opened in the office's browser with the view that phones have: to be looked at, or with a report's answers to
 * change them. Asked as `?form=<address of the XForm>&media=<address>&media=...&title=...&back=<page>&language=hi`, and
 * for a report `&report=<its address in the API>`.
 */
import './ui/tokens.css';
import './preview.css';
import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { openForm, type OpenForm, type Snapshot } from './form/index.ts';
import { text } from './office/asking.ts';
import { at, own, words } from './office/page.ts';
import { opened, type Opened } from './office/report.ts';
import { Sending } from './office/sending.ts';
import { setLanguage } from './words/index.ts';

const asked = new URLSearchParams(location.search);

async function start(): Promise<void> {
  const language = asked.get('language') === 'hi' ? 'hi' : 'en';
  await setLanguage(language);
  const back = at('back') as HTMLAnchorElement;
  back.href = own(asked.get('back') ?? '/forms');
  back.textContent = words().back;
  at('title').textContent = asked.get('title') ?? '';
  document.title = `${asked.get('title') ?? ''} · GramReach`;
  const xform = await text(own(asked.get('form')));
  const media = new Map<string, string>();
  for (const address of asked.getAll('media')) media.set(address.split('/').pop()!, await text(own(address)));
  const report = asked.has('report') ? await opened(own(asked.get('report'))) : null;
  at('told').textContent = report ? words().change(report.officer) : words().only;
  const who = { language, deviceId: 'preview', officer: 'preview' };
  const form = await openForm({ xform, media }, report ? { ...who, edit: report.snapshot } : who);
  if (report) change(form, report, back.href);
  else look(form);
}

/** Nothing is kept and nothing is sent. */
function look(form: OpenForm): void {
  show(form, (snapshot, close) => {
    close();
    at('told').textContent = words().done;
    const shown = document.createElement('pre');
    shown.textContent = snapshot.xml.replace(/></g, '>\n<');
    at('form').replaceChildren(shown);
    form.dispose();
  });
}

function change(form: OpenForm, report: Opened, back: string): void {
  const finish = show(form, (snapshot) => void sending.send(snapshot), words().store);
  const sending = new Sending(report, back, { name: words().store, act: finish });
  form.onChange(() => sending.changed());
}

/** Returns what its last button does. */
function show(form: OpenForm, whole: (snapshot: Snapshot, close: () => void) => void, finishing?: string): () => void {
  const finish = async (): Promise<void> => {
    const result = await form.finalize();
    if (result.ok) whole(result.snapshot, close);
    else result.first();
  };
  const act = (): void => void finish();
  const close = render(() => createComponent(form.View, { finish: act, ...(finishing ? { finishing } : {}) }), at('form'));
  return act;
}

start().catch((error: unknown) => {
  at('told').textContent = words().fault + (error instanceof Error ? error.message : String(error));
});
