/** RFC 4180 rows; the first is the header. */
export function rows(text: string): string[][] {
  const out: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i += 1; } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') { row.push(cell); cell = ''; } else if (c === '\n') {
      row.push(cell.replace(/\r$/, ''));
      out.push(row);
      row = [];
      cell = '';
    } else cell += c;
  }
  if (cell || row.length) out.push([...row, cell]);
  return out;
}

export function records(text: string): Record<string, string>[] {
  const [header = [], ...rest] = rows(text);
  return rest.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

/** `text` with `added` rows under its header; what its header does not know is left out. */
export function appended(text: string, added: Record<string, string>[]): string {
  if (added.length === 0) return text;
  const header = rows(text.slice(0, text.indexOf('\n') + 1))[0] ?? [];
  const lines = added.map((row) => header.map((name) => quote(row[name] ?? '')).join(','));
  return text.replace(/\n*$/, '\n') + lines.join('\n') + '\n';
}

const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
