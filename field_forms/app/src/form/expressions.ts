/** Look-ups in list files that a form writes as paths, worded so that an index answers them (lookups.ts). */
import { parse, type SyntaxNode } from './xpath.ts';

/** Where nothing but the text of what was found counts, so that a text can stand for the node. */
const TEXTUAL: Record<string, number> = { if: 1, coalesce: 0, concat: 0, string: 0, number: 0, int: 0, round: 0, 'string-length': 0 };
const ARITHMETIC = /^(addition|subtraction|multiplication|division|modulo|unary)_expr$/;

/** `address`: how the lists of this form are named, or null for an instance that is no list file. */
export function indexed(expression: string, address: (instance: string) => string | null): string {
  if (!/\b(instance|pulldata)\s*\(/.test(expression)) return expression;
  let worded = expression;
  const walk = (node: SyntaxNode, textual: boolean): void => {
    const instead = (textual && asLookUp(node, address)) || asPulldata(node, address);
    if (instead) worded = worded.replaceAll(node.text, instead);
    else node.children.forEach((child, i) => walk(child, takesText(node, i, textual)));
  };
  walk(parse(expression).rootNode, true);
  return worded;
}

function takesText(node: SyntaxNode, i: number, textual: boolean): boolean {
  if (node.type === 'xpath' || node.type === 'expr' || node.type === 'argument') return textual;
  if (node.type === 'filter_path_expr' || node.type === 'filter_expr') return textual && node.childCount === 1;
  if (node.type === 'function_call') return i - 1 >= (TEXTUAL[node.child(0)?.text ?? ''] ?? Infinity);
  return ARITHMETIC.test(node.type);
}

/** `instance('villages')/root/item[name = /data/village]/label` */
function asLookUp(node: SyntaxNode, address: (instance: string) => string | null): string | null {
  const [filter, ...steps] = node.children;
  if (node.type !== 'filter_path_expr' || filter?.childCount !== 1 || steps.length !== 3) return null;
  const list = literal(filter.child(0), 'instance');
  const where = list === null ? null : address(list);
  const [root, item, column] = steps as [SyntaxNode, SyntaxNode, SyntaxNode];
  const names = [plain(root), item.child(0)?.text, plain(column)];
  if (where === null || names[0] !== 'root' || names[1] !== 'item' || !names[2] || item.childCount !== 2) return null;
  const test = item.child(1)?.child(0)?.child(0);
  const key = test?.child(0)?.type === 'relative_location_path' && test.child(0)?.childCount === 1 ? plain(test.child(0)!.child(0)!) : null;
  const value = test?.child(1);
  if (test?.type !== 'eq_expr' || !key || !value || !isElsewhere(value)) return null;
  return `pulldata('${where}', '${names[2]}', '${key}', ${value.text})`;
}

/** A form's own `pulldata('villages', ...)`. */
function asPulldata(node: SyntaxNode, address: (instance: string) => string | null): string | null {
  const list = literal(node, 'pulldata');
  const where = list === null ? null : address(list);
  const first = node.child(1)?.text;
  return where === null || !first ? null : node.text.replace(first, `'${where}'`);
}

/** The first argument of a call of this function, if it is a text. */
function literal(node: SyntaxNode | null, called: string): string | null {
  if (node?.type !== 'function_call' || node.child(0)?.text !== called) return null;
  const text = node.child(1)?.text ?? '';
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1) : null;
}

/** The name of a step that is nothing but a name. */
function plain(step: SyntaxNode): string | null {
  const test = step.childCount === 1 ? step.child(0) : null;
  return test?.type === 'node_test' && test.child(0)?.type === 'unprefixed_name' ? test.text : null;
}

/** A path that means the same within the predicate and outside. */
const isElsewhere = (node: SyntaxNode): boolean =>
  node.type === 'absolute_location_path' || (node.type === 'filter_path_expr' && /^current\s*\(\s*\)\s*\//.test(node.text));
