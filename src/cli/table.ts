import Table from 'cli-table3';
import { printableLine } from './printable.js';

export interface TableOptions {
  /** At most so many columns of the terminal wide; undefined: as wide as it takes. */
  readonly width?: number | undefined;
  /** The columns that give way when it is too wide, by index: those of the first group first. */
  readonly flexible?: readonly (readonly number[])[];
}

/** Of a column, with the blank on either side. */
const narrowest = 13;

/** A table for people. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { width, flexible = [] }: TableOptions = {},
): string {
  const texts = rows.map((row) => row.map((cell) => printableLine(String(cell))));
  const options = { head: [...head], style: { head: [], border: [], compact: true } };
  const asWideAsItTakes = filled(new Table(options), texts);
  const excess = width === undefined ? 0 : asWideAsItTakes.width - width;
  if (excess <= 0) return asWideAsItTakes.toString();
  const natural = head.map((_, column) => columnWidth(head, texts, column));
  const colWidths = shrunk(natural, flexible, excess);
  return filled(new Table({ ...options, colWidths: [...colWidths] }), texts).toString();
}

function filled(made: Table.Table, rows: readonly (readonly string[])[]): Table.Table {
  for (const row of rows) made.push([...row]);
  return made;
}

function columnWidth(head: readonly string[], rows: readonly (readonly string[])[], column: number): number {
  const single = new Table({ head: [head[column] ?? ''], style: { head: [], border: [] } });
  for (const row of rows) single.push([row[column] ?? '']);
  return single.width - 2;
}

/** Takes from the widest of a group, until all of it are as narrow as can be. */
function shrunk(widths: readonly number[], groups: readonly (readonly number[])[], excess: number): readonly number[] {
  const shrinking = [...widths];
  let left = excess;
  for (const group of groups) {
    for (; left > 0; left -= 1) {
      const widest = [...group].sort((a, b) => (shrinking[b] ?? 0) - (shrinking[a] ?? 0))[0];
      const was = widest === undefined ? 0 : (shrinking[widest] ?? 0);
      if (widest === undefined || was <= narrowest) break;
      shrinking[widest] = was - 1;
    }
  }
  return shrinking;
}

/** Lines of a name and a value, the values below each other. */
export function fields(pairs: readonly (readonly [name: string, value: string | number])[], indent = ''): string {
  const widest = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${indent}${name.padEnd(widest)}  ${value}`).join('\n');
}
