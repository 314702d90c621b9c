/** What is read from an XForm, and what is changed in it, before the engine sees it. */
import { indexed } from './expressions.ts';

const XFORMS = 'http://www.w3.org/2002/xforms';
const WHOLE_LIST = /^\s*instance\('([^']+)'\)\/root\/item\s*$/;
const LIST = /^\s*instance\('([^']+)'\)\/root\/item/;

/** A question whose choices come from a list file. `whole`: nothing filters them. */
export interface ListQuestion {
  file: string;
  value: string;
  label: string;
  multiple: boolean;
  whole: boolean;
}

export interface PreparedForm {
  xml: string;
  title: string;
  lists: Map<string, ListQuestion>;
  /** File names by the ids under which expressions name them. */
  files: Map<string, string>;
  /** Whether an expression walks the rows of this file, and might read this column: all else is looked up by an index. */
  walks: (file: string) => boolean;
  reads: (column: string) => boolean;
}

export function parse(xform: string): Document {
  const document = new DOMParser().parseFromString(xform, 'application/xml');
  if (document.querySelector('parsererror')) throw new Error('This form cannot be read.');
  return document;
}

const child = (element: Element, name: string) => [...element.children].find((one) => one.localName === name);

/**
 * Questions that offer a whole list file become plain inputs: the view searches the file itself. The engine would hold
 * several computations for each of thousands of rows, and would drop an answer that is no longer in the list.
 * `scope`: under which the look-ups of this form ask for their lists.
 */
export function prepare(xform: string, deprecated: boolean, scope: string): PreparedForm {
  const document = parse(xform);
  const files = new Map<string, string>();
  for (const instance of document.querySelectorAll('model > instance[src]')) {
    const name = instance.getAttribute('src')?.split('/').pop();
    if (name) files.set(instance.id || (instance.getAttribute('id') ?? ''), decodeURIComponent(name));
  }
  const lists = new Map<string, ListQuestion>();
  const named = xform.includes('choice-name(');
  for (const select of [...document.querySelectorAll('select1, select')]) {
    const itemset = child(select, 'itemset');
    const nodeset = itemset?.getAttribute('nodeset') ?? '';
    const file = files.get(LIST.exec(nodeset)?.[1] ?? '');
    if (!itemset || !file?.endsWith('.csv')) continue;
    const whole = WHOLE_LIST.test(nodeset) && !named;
    lists.set(select.getAttribute('ref') ?? '', {
      file,
      value: child(itemset, 'value')?.getAttribute('ref') ?? 'name',
      label: child(itemset, 'label')?.getAttribute('ref') ?? 'label',
      multiple: select.localName === 'select',
      whole,
    });
    if (whole) asInput(document, select, itemset);
  }
  if (deprecated) declareDeprecatedId(document);
  const expressions = index(document, (instance) => (files.get(instance)?.endsWith('.csv') ? `${scope}:${instance}` : null)).join('\n');
  const walked = new Set([...expressions.matchAll(/instance\(\s*['"]([^'"]+)['"]/g)].map((found) => files.get(found[1] ?? '')));
  return {
    xml: new XMLSerializer().serializeToString(document),
    title: document.querySelector('title')?.textContent ?? '',
    lists,
    files,
    walks: (file) => walked.has(file),
    reads: (column) => expressions.includes(column),
  };
}

const EXPRESSIONS = ['calculate', 'value'];

/** Words look-ups anew, and answers all attributes as they are then. */
function index(document: Document, address: (instance: string) => string | null): string[] {
  return [...document.querySelectorAll('*')].flatMap((element) =>
    [...element.attributes].map((attribute) => {
      if (EXPRESSIONS.includes(attribute.name)) attribute.value = indexed(attribute.value, address);
      return attribute.value;
    }),
  );
}

function asInput(document: Document, select: Element, itemset: Element): void {
  const input = document.createElementNS(XFORMS, 'input');
  for (const { name, value } of select.attributes) input.setAttribute(name, value);
  for (const one of [...select.children]) if (one !== itemset) input.append(one);
  select.replaceWith(input);
}

/** A restored draft of an edit keeps its deprecatedID only if the form's own instance has a place for it. */
function declareDeprecatedId(document: Document): void {
  const id = document.querySelector('model > instance meta > instanceID');
  const meta = id?.parentElement;
  if (!id || !meta || child(meta, 'deprecatedID')) return;
  const name = id.nodeName.replace('instanceID', 'deprecatedID');
  meta.append(document.createElementNS(id.namespaceURI, name));
}
