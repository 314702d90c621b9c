/** The only importer of @getodk/xforms-engine: what the view and the shell know of it is what stands here. */
import {
  createInstance,
  editInstance,
  restoreInstance,
  type AnyChildNode,
  type AnyInputNode,
  type AnyNode,
  type AnyRangeNode,
  type FormInstanceConfig,
  type FormLanguage,
  type GroupNode,
  type LoadFormOptions,
  type MarkdownNode,
  type RankNode,
  type RepeatInstanceNode,
  type RepeatRangeNode,
  type RootNode,
  type SelectNode,
  type TextRange as EngineTextRange,
  type TriggerNode,
  type UploadNode,
} from '@getodk/xforms-engine';
import { createRoot } from 'solid-js';
import { createMutable } from 'solid-js/store';
import type { FormFiles, OpenOptions, Snapshot } from './index.ts';
import { asXml, narrow, type Row } from './lists.ts';
import { List, newScope, offer } from './lookups.ts';
import { seen } from './seen.ts';
import { prepare, type ListQuestion } from './xform.ts';

export type { AnyNode, FormLanguage, GroupNode, MarkdownNode, RankNode, RepeatInstanceNode, RepeatRangeNode, SelectNode, TriggerNode, UploadNode };
export type InputNode = AnyInputNode;
export type RangeNode = AnyRangeNode;
export type ChildNode = AnyChildNode;
/** A question: something with a value that is shown. */
export type Leaf = Extract<AnyChildNode, { nodeType: 'input' | 'note' | 'range' | 'rank' | 'select' | 'trigger' | 'upload' }>;
export type TextRange = Pick<EngineTextRange<'label'>, 'asString' | 'formatted' | 'imageSource' | 'audioSource' | 'videoSource'>;

export interface Engine {
  root: RootNode;
  title: string;
  lists: Map<string, ListQuestion>;
  rows(file: string): Row[];
  /** The first row of the file with this value in the column. */
  row(file: string, column: string, value: string): Row | undefined;
  /** An object URL for a jr:// resource, or null if the form came without it. */
  mediaUrl(source: { href: string } | undefined): string | null;
  xml(): string;
  snapshot(): Snapshot;
  /** Sets `end` and the like. Returns the ids of the questions whose answers cannot stay. */
  conclude(): Promise<string[]>;
  dispose(): void;
}

const XML_PART = 'xml_submission_file';

export async function start(files: FormFiles, options: OpenOptions): Promise<Engine> {
  const scope = newScope();
  const ofEdit = !!options.draft && /deprecatedID/.test(options.draft.xml);
  const prepared = prepare(files.xform, ofEdit, scope);
  const lists = await readLists(files, prepared.lists);
  const before = options.edit ? seen(options.edit.xml) : ofEdit ? seen(options.draft!.xml) : null;
  if (before) lists.get(before.file)?.correct(before.name, before.columns);
  const byId = [...prepared.files].flatMap(([id, file]) => (lists.has(file) ? [[id, lists.get(file)!] as const] : []));
  const withdraw = offer(scope, new Map(byId));
  const form: LoadFormOptions = {
    fetchFormAttachment: async (url) => {
      const name = fileName(url);
      const list = lists.get(name);
      if (list) {
        const rows = prepared.walks(name) ? narrow(list.csv, prepared.reads) : [];
        return new Response(asXml(rows), { headers: { 'Content-Type': 'text/xml' } });
      }
      const content = files.media.get(name);
      return new Response(content ?? null, { status: content === undefined ? 404 : 200 });
    },
    missingResourceBehavior: 'BLANK',
  };
  const instance: FormInstanceConfig = {
    stateFactory: createMutable,
    preloadProperties: { deviceID: options.deviceId, username: options.officer },
    geolocationProvider: { getLocation: oneReading },
  };
  let dispose = () => {};
  const opening = createRoot((end) => {
    dispose = end;
    const given = options.draft ?? options.edit;
    if (!given) return createInstance(prepared.xml, { form, instance });
    const data = [instanceData(given)] as const;
    return options.draft
      ? restoreInstance(prepared.xml, { data }, { form, instance })
      : editInstance(prepared.xml, { inputType: 'FORM_INSTANCE_INPUT_RESOLVED', data }, { form, instance });
  });
  const { root } = await opening;
  await attachmentsRead(root);
  const urls = new Map<string, string>();
  return {
    root,
    title: prepared.title,
    lists: prepared.lists,
    rows: (file) => lists.get(file)?.rows ?? [],
    row: (file, column, value) => lists.get(file)?.find(column, value),
    mediaUrl(source) {
      const content = source && files.media.get(fileName(source));
      if (!source || content === undefined) return null;
      const url = urls.get(source.href) ?? URL.createObjectURL(new Blob([content]));
      urls.set(source.href, url);
      return url;
    },
    xml: () => root.instanceState.instanceXML,
    snapshot: () => snapshotOf(root),
    async conclude() {
      const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
      return (payload.violations ?? []).map((one) => one.nodeId);
    },
    dispose() {
      urls.forEach((url) => URL.revokeObjectURL(url));
      withdraw();
      dispose();
    },
  };
}

const fileName = (url: { href: string }) => decodeURIComponent(url.href.split('/').pop() ?? '');

async function readLists(files: FormFiles, lists: Map<string, ListQuestion>): Promise<Map<string, List>> {
  const names = new Set([...files.media.keys()].filter((name) => name.endsWith('.csv')));
  lists.forEach((list) => names.add(list.file));
  const read = new Map<string, List>();
  for (const name of names) {
    const content = files.media.get(name) ?? 'name,label\n';
    read.set(name, new List(typeof content === 'string' ? content : await content.text()));
  }
  return read;
}

function instanceData(snapshot: Snapshot): never {
  const data = new FormData();
  data.set(XML_PART, new File([snapshot.xml], XML_PART, { type: 'text/xml' }));
  for (const { name, blob } of snapshot.files) data.set(name, new File([blob], name, { type: blob.type }));
  return data as never; // its own FormData type says no more than that the XML is there
}

/** Files of a draft arrive one tick later; a snapshot before that would lose them. */
async function attachmentsRead(root: RootNode): Promise<void> {
  const loading = () => leaves(root).some((node) => node.nodeType === 'upload' && node.currentState.attachmentState.loading);
  for (let tries = 0; tries < 100 && loading(); tries++) await new Promise((done) => setTimeout(done, 20));
}

async function oneReading(): Promise<string> {
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(`${coords.latitude} ${coords.longitude} ${coords.altitude ?? 0} ${coords.accuracy}`),
      () => done(''),
      { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 },
    );
  });
}

function snapshotOf(root: RootNode): Snapshot {
  const xml = root.instanceState.instanceXML;
  const files = leaves(root).flatMap((node) => {
    if (node.nodeType !== 'upload' || !node.currentState.relevant) return [];
    const file = node.currentState.value;
    return file ? [{ name: node.currentState.instanceValue, blob: file }] : [];
  });
  const id = (name: string) => new RegExp(`<(?:[\\w.-]+:)?${name}[^>]*>([^<]+)<`).exec(xml)?.[1];
  const deprecatedId = id('deprecatedID');
  return { xml, files, instanceId: id('instanceID') ?? '', ...(deprecatedId ? { deprecatedId } : {}) };
}

/** All questions in the form's order, repeats' included; not the calculated ones. */
export function leaves(node: AnyNode): Leaf[] {
  if (node.nodeType === 'model-value') return [];
  const children = node.currentState.children as readonly AnyChildNode[] | null;
  return children ? children.flatMap(leaves) : [node as Leaf];
}

export const nameOf = (node: Leaf | Hidden | GroupNode) => node.definition.qualifiedName.localName;
export const listOf = (engine: Engine, node: Leaf) => engine.lists.get(node.definition.nodeset);

export function appearances(node: ChildNode): Set<string> {
  const tokens = node.nodeType === 'model-value' ? null : (node.appearances as Iterable<string> | null);
  return new Set(tokens ?? []);
}

export const rangeBounds = (node: RangeNode) => {
  const { start, end, step } = node.definition.bounds;
  return { start: Number(start), end: Number(end), step: Math.abs(Number(step)) || 1 };
};

/** The answer as an officer writes it: the engine gives decimals as "12.0". */
export function written(node: Leaf): string {
  const text = node.currentState.instanceValue;
  return node.valueType === 'decimal' && text !== '' ? String(Number(text)) : text;
}

/** The smallest and largest number a constraint allows, where it says so in figures. */
export function bounds(node: Leaf): { least: string | null; most: string | null } {
  const text = node.definition.bind.constraint?.expression ?? '';
  const one = (pattern: RegExp) => pattern.exec(text)?.[1] ?? null;
  return { least: one(/(?:^|[\s(])\.\s*>=\s*(-?[\d.]+)/), most: one(/(?:^|[\s(])\.\s*<=\s*(-?[\d.]+)/) };
}

/** What the form keeps without a question: neither shown nor calculated. */
export type Hidden = Extract<AnyChildNode, { nodeType: 'model-value' }>;

/** The questions and hidden values beside this one. */
export const beside = (node: Leaf): (Leaf | Hidden)[] =>
  (node.parent.currentState.children as readonly AnyChildNode[]).filter((one): one is Leaf | Hidden => one.currentState.children === null);

/** Any answer from its text in the XML: for prefilling and for taking a removal back. */
export function setText(node: Leaf | Hidden, text: string): void {
  switch (node.nodeType) {
    case 'model-value':
      // The engine has a setter for every value, but offers none for what has no question.
      (node as unknown as { setValueState(value: string): void }).setValueState(text);
      break;
    case 'select':
      node.selectValues(text ? text.split(' ') : []);
      break;
    case 'rank':
      node.setValues(text ? text.split(' ') : []);
      break;
    case 'trigger':
      node.setValue(text === 'OK');
      break;
    case 'input':
      (node.setValue as (value: string) => void)(text);
      break;
    case 'range':
      (node.setValue as (value: string) => void)(text);
      break;
  }
}

export function setFile(node: UploadNode, file: File | null): void {
  // The engine falls back to the name in the restored XML when the file goes: forget that name.
  if (!file) Object.assign(node, { instanceNode: null });
  node.setValue(file);
}

/** Values of a repeat instance, in the form's order, so that `putBack` can set them again. */
export interface Kept {
  values: Map<string, { text: string; file: File | null }>;
  inner: Map<string, number>;
}

const relative = (node: ChildNode, base: string) => node.currentState.reference.slice(base.length);

export function keep(instance: RepeatInstanceNode): Kept {
  const base = instance.currentState.reference;
  const kept: Kept = { values: new Map(), inner: new Map() };
  const walk = (node: ChildNode): void => {
    if (node.nodeType === 'model-value') return;
    if (node.nodeType.startsWith('repeat-range')) kept.inner.set(relative(node, base), node.currentState.children?.length ?? 0);
    const children = node.currentState.children as readonly ChildNode[] | null;
    if (children) return children.forEach(walk);
    const leaf = node as Leaf;
    const file = leaf.nodeType === 'upload' ? leaf.currentState.value : null;
    kept.values.set(relative(leaf, base), { text: leaf.currentState.instanceValue, file });
  };
  instance.currentState.children.forEach(walk);
  return kept;
}

export function putBack(range: RepeatRangeNode, index: number, { values, inner }: Kept): void {
  if (range.nodeType !== 'repeat-range:uncontrolled') return;
  range.addInstances(index - 1, 1);
  const instance = range.currentState.children[index];
  if (!instance) return;
  const base = instance.currentState.reference;
  const walk = (node: ChildNode): void => {
    if (node.nodeType === 'model-value') return;
    if (node.nodeType === 'repeat-range:uncontrolled') {
      const missing = (inner.get(relative(node, base)) ?? 0) - node.currentState.children.length;
      if (missing > 0) node.addInstances(node.currentState.children.length - 1, missing);
    }
    const children = node.currentState.children as readonly ChildNode[] | null;
    if (children) return children.forEach(walk);
    const value = values.get(relative(node, base));
    if (!value) return;
    if (node.nodeType === 'upload') {
      if (value.file) node.setValue(value.file);
    } else setText(node as Leaf, value.text);
  };
  instance.currentState.children.forEach(walk);
}
