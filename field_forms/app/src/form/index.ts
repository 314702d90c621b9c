import './form.css';
import { createEffect, createRoot, on, type Component } from 'solid-js';
import { language as ownLanguage } from '../words/index.ts';
import * as engine from './engine.ts';
import { createSession, type Session } from './session.ts';
import { FormView, type FormViewProps } from './view/FormView.tsx';

export interface FormFiles {
  xform: string;
  /** Lists and pictures of the form, by file name. */
  media: Map<string, Blob | string>;
}

export interface Snapshot {
  xml: string;
  files: { name: string; blob: Blob }[];
  instanceId: string;
  deprecatedId?: string;
}

export interface OpenOptions {
  draft?: Snapshot;
  edit?: Snapshot;
  language: string;
  deviceId: string;
  officer: string;
  /** Leaf name -> value, set at the start where there is none. Never numbers and never photos, whatever is asked. */
  prefill?: Record<string, string>;
  lastPhoto?: () => Promise<Blob | null>;
  villageHint?: { lat: number; lon: number } | null;
  /** GeoJSON of the district, for placing by hand. */
  districtShapes?: () => Promise<unknown>;
}

export interface OpenForm {
  title(): string;
  languages: string[];
  setLanguage(l: string): void;
  snapshot(): Promise<Snapshot>;
  finalize(): Promise<{ ok: true; snapshot: Snapshot } | { ok: false; errors: number; first: () => void }>;
  onChange(listener: () => void): () => void;
  /** `finish` is called by the main button of the last page; without it that page has none. */
  View: Component<FormViewProps>;
  /** Which page is shown, from 1: reactive. */
  progress(): { page: number; of: number };
  dispose(): void;
}

export async function openForm(files: FormFiles, options: OpenOptions): Promise<OpenForm> {
  const started = await engine.start(files, options);
  const languages = started.root.languages.map(codeOf).filter(Boolean);
  const setLanguage = (chosen: string) => {
    const found = started.root.languages.find((one) => codeOf(one) === chosen || one.language === chosen);
    if (found && !found.isSyntheticDefault) started.root.setLanguage(found);
  };
  setLanguage(options.language);
  if (options.prefill && !options.draft && !options.edit) prefill(started, options.prefill);
  return createRoot((end) => {
    createEffect(on(ownLanguage, setLanguage, { defer: true }));
    const session = createSession(started, options);
    return {
      title: () => started.title,
      languages,
      setLanguage,
      snapshot: async () => started.snapshot(),
      finalize: () => finalize(started, session),
      onChange: session.onChange,
      View: (props) => FormView(props, session),
      progress: session.progress,
      dispose() {
        end();
        started.dispose();
      },
    };
  });
}

/** "Hindi (hi)" -> "hi"; a form without languages has none. */
function codeOf(form: { language: string; locale?: Intl.Locale | undefined }): string {
  return form.locale?.language ?? form.language;
}

/** Counts, conditions and people are looked at anew at each visit. */
const NEVER = /^(how_known|ended|ended_reason|fault|can_repair|down_since|condition|photo_people|notice_read|count_source|operator_kind)$|name|phone|people/;

function prefill(started: engine.Engine, values: Record<string, string>): void {
  const rest = new Map(Object.entries(values));
  for (const node of engine.leaves(started.root)) {
    const name = engine.nameOf(node);
    const value = rest.get(name);
    const counts = node.nodeType === 'range' || ['int', 'decimal', 'binary'].includes(node.valueType);
    if (value === undefined || counts || NEVER.test(name) || node.currentState.readonly) continue;
    rest.delete(name);
    if (node.currentState.instanceValue === '') engine.setText(node, value);
  }
}

async function finalize(started: engine.Engine, session: Session): ReturnType<OpenForm['finalize']> {
  const wrong = new Set(await started.conclude());
  const shown = engine.leaves(started.root).filter((node) => wrong.has(node.nodeId));
  if (!shown.length) return { ok: true, snapshot: started.snapshot() };
  session.ask(shown);
  const first = shown[0]!;
  return { ok: false, errors: shown.length, first: () => session.goTo(first) };
}
