/** A page with nothing but a form, for tests: `harness.open(...)`, then ask it. Built only by `vite build --mode harness`. */
import '../ui/tokens.css';
import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { setLanguage, type Language } from '../words/index.ts';
import { openForm, type OpenForm, type OpenOptions, type Snapshot } from './index.ts';

let form: OpenForm | undefined;
let unmount = () => {};
const saved = new Map<string, Snapshot>();

const harness = {
  changes: 0,
  finished: 0,
  async open(address: string, media: string[], options: Partial<OpenOptions> & { draftOf?: string; editOf?: string } = {}): Promise<number> {
    unmount();
    form?.dispose();
    const began = performance.now();
    const { draftOf, editOf, ...rest } = options;
    const files = new Map<string, string>();
    for (const name of media) files.set(name.split('/').pop()!, await (await fetch(name)).text());
    const last = async () => (await fetch('/photos/last.jpg')).blob();
    await setLanguage((options.language ?? 'en') as Language);
    form = await openForm(
      { xform: await (await fetch(address)).text(), media: files },
      {
        language: 'en', deviceId: 'phone-1', officer: 'asha', lastPhoto: last,
        districtShapes: async () => (await fetch('/district.geojson')).json(),
        ...(draftOf ? { draft: saved.get(draftOf)! } : {}),
        ...(editOf ? { edit: saved.get(editOf)! } : {}),
        ...rest,
      },
    );
    form.onChange(() => harness.changes++);
    unmount = render(() => createComponent(form!.View, { finish: () => harness.finished++ }), document.getElementById('form')!);
    return performance.now() - began;
  },
  async save(name: string) {
    const snapshot = await form!.snapshot();
    saved.set(name, snapshot);
    return described(snapshot);
  },
  async finalize() {
    const answer = await form!.finalize();
    if (answer.ok) return { ok: true, ...described(answer.snapshot) };
    answer.first();
    return { ok: false, errors: answer.errors };
  },
  speak: (language: Language) => setLanguage(language),
  about: () => ({ title: form!.title(), languages: form!.languages, ...form!.progress() }),
  /** A stored file's first bytes, so that a test sees what left the phone. */
  async file(name: string, index: number) {
    const blob = saved.get(name)!.files[index]!.blob;
    return [...new Uint8Array(await blob.arrayBuffer())];
  },
  close() {
    unmount();
    form?.dispose();
    form = undefined;
  },
};

const described = ({ xml, files, instanceId, deprecatedId }: Snapshot) => ({
  xml, instanceId, deprecatedId, files: files.map(({ name, blob }) => ({ name, bytes: blob.size, type: blob.type })),
});

Object.assign(window, { harness });
Object.assign(document.getElementById('form')!.style, { height: '100dvh', display: 'flex', flexDirection: 'column' });
document.documentElement.dataset.ready = '';
