/** Look-ups in list files by an index of their own: the engine would walk thousands of rows at every answer. */
import { readCsv, type Row } from './lists.ts';

/** A list file, read when something of it is first asked for. */
export class List {
  private readonly text: string;
  private readonly indexes = new Map<string, Map<string, string[]>>();
  private table: string[][] | undefined;
  private all: Row[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get csv(): string[][] {
    this.table ??= readCsv(this.text);
    return this.table;
  }

  /** Before anything was asked for: these columns of the row of this name say something else. */
  correct(name: string, columns: Row): void {
    const [header = [], ...rows] = this.csv;
    const row = rows.find((cells) => cells[header.indexOf('name')] === name);
    if (row) header.forEach((column, i) => void (column in columns && (row[i] = columns[column]!)));
  }

  get rows(): Row[] {
    this.all ??= this.csv.slice(1).map((cells) => this.named(cells));
    return this.all;
  }

  /** The first row with this value in the column. */
  find(column: string, value: string): Row | undefined {
    let index = this.indexes.get(column);
    if (!index) {
      const at = this.csv[0]?.indexOf(column) ?? -1;
      index = new Map(at < 0 ? [] : this.csv.slice(1).reverse().map((cells) => [cells[at] ?? '', cells]));
      this.indexes.set(column, index);
    }
    const found = index.get(value);
    return found && this.named(found);
  }

  private named(cells: string[]): Row {
    return Object.fromEntries((this.csv[0] ?? []).map((name, i) => [name, cells[i] ?? '']));
  }
}

const offered = new Map<string, List>();
let opened = 0;

/** A name under which one opened form finds its lists, so that two forms do not read each other's. */
export const newScope = (): string => `form${++opened}`;

/** `lists`: by the instance's id. Until the answer is called. */
export function offer(scope: string, lists: Map<string, List>): () => void {
  for (const [instance, list] of lists) offered.set(`${scope}:${instance}`, list);
  return () => lists.forEach((_, instance) => offered.delete(`${scope}:${instance}`));
}

/** What `pulldata()` answers: vite.engine.ts puts it into the engine. */
export function lookUp(instance: string, column: string, key: string, value: string): string {
  return (value && offered.get(instance)?.find(key, value)?.[column]) || '';
}
