import type { Row } from '../types.js';
import { type Filter, makeFilter } from './filters.js';
import type { MappingCheck, MappingMistake } from './mistakes.js';

/** A text with columns in it: `[feed] {actor} ({first_seen|first:10})`; `{{` and `}}` stand for braces. */
export interface Template {
  readonly source: string;
  /** The text; undefined where a column has no value. */
  readonly render: (row: Row) => string | undefined;
  /** The text; a column without a value is empty. */
  readonly renderAnyway: (row: Row) => string;
  /** The texts: several where its one column holds a list, with the words around it in each; none without a value. */
  readonly renderAll: (row: Row) => readonly string[];
}

interface ColumnPart {
  readonly column: string;
  /** What stands between several values in one: `{tags|split:,}`. */
  readonly split: string | undefined;
  readonly filters: readonly Filter[];
  /** What stands for no value: `{actor|or:unknown}`. */
  readonly otherwise: string | undefined;
}
type Part = string | ColumnPart;

/** Compiled once for all rows. `nulls`: the words that stand for no value. */
export function compileTemplate(
  source: string,
  path: MappingMistake['path'],
  nulls: ReadonlySet<string>,
  check: MappingCheck,
): Template {
  const parts = parse(source, path, check);
  const [only, ...others] = parts.filter((part) => typeof part === 'object');
  if (parts.length === 1 && only !== undefined) return oneColumn(source, only, nulls);
  const render = (row: Row, whenNull: string | undefined): string | undefined => {
    let text = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : (joined(part, row, nulls) ?? whenNull);
      if (piece === undefined) return undefined;
      text += piece;
    }
    return text;
  };
  return {
    source,
    render: (row) => render(row, undefined),
    renderAnyway: (row) => render(row, '') ?? '',
    renderAll: (row) => {
      if (only !== undefined && others.length === 0) {
        return texts(only, row, nulls).map((text) => parts.map((part) => (part === only ? text : part)).join(''));
      }
      const text = render(row, undefined);
      return text === undefined ? none : [text];
    },
  };
}

function oneColumn(source: string, part: ColumnPart, nulls: ReadonlySet<string>): Template {
  return {
    source,
    render: (row) => joined(part, row, nulls),
    renderAnyway: (row) => joined(part, row, nulls) ?? '',
    renderAll: (row) => texts(part, row, nulls),
  };
}

function joined(part: ColumnPart, row: Row, nulls: ReadonlySet<string>): string | undefined {
  const found = texts(part, row, nulls);
  return found.length < 2 ? found[0] : found.join(', ');
}

const none: readonly string[] = [];

function texts(part: ColumnPart, row: Row, nulls: ReadonlySet<string>): readonly string[] {
  const values = splitValues(columnValues(row, part.column, nulls), part.split, nulls);
  if (values.length === 0) return part.otherwise === undefined ? none : [part.otherwise];
  if (part.filters.length === 0) return values;
  return values.map((value) => part.filters.reduce((text, filter) => filter(text), value));
}

function splitValues(
  values: readonly string[],
  between: string | undefined,
  nulls: ReadonlySet<string>,
): readonly string[] {
  if (between === undefined) return values;
  const pieces = values.flatMap((value) => value.split(between)).map((piece) => piece.trim());
  return pieces.filter((piece) => !isNull(piece, nulls));
}

/** The values of a column that are any. A row may lack the column. */
export function columnValues(row: Row, column: string, nulls: ReadonlySet<string>): readonly string[] {
  // A JSON feed may have a column named like something that every object has.
  const field = Object.hasOwn(row.fields, column) ? row.fields[column] : undefined;
  if (field === undefined) return none;
  if (typeof field === 'string') return isNull(field, nulls) ? none : [field];
  return field.filter((value) => !isNull(value, nulls));
}

function isNull(value: string, nulls: ReadonlySet<string>): boolean {
  if (value === '') return true;
  const word = value.trim();
  return word === '' || nulls.has(word);
}

function parse(source: string, path: MappingMistake['path'], check: MappingCheck): readonly Part[] {
  const parts: Part[] = [];
  let text = '';
  for (const [piece] of source.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g)) {
    if (piece === '{{' || piece === '}}') text += piece[0];
    else if (piece === '{' || piece === '}') {
      check.mistake(
        path,
        `a single \`${piece}\` in \`${source}\`: columns stand as {column}, and {{ or }} for a brace`,
      );
    } else if (piece.startsWith('{')) {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(parseColumn(piece.slice(1, -1), path, check));
    } else text += piece;
  }
  return text === '' ? parts : [...parts, text];
}

function parseColumn(inside: string, path: MappingMistake['path'], check: MappingCheck): ColumnPart {
  const [column = '', ...uses] = inside.split('|').map((part) => part.trim());
  if (column === '') check.mistake(path, `\`{${inside}}\` names no column`);
  else check.column(path, column);
  const filters: Filter[] = [];
  let otherwise: string | undefined;
  let split: string | undefined;
  for (const use of uses) {
    const colon = use.indexOf(':');
    const name = colon < 0 ? use : use.slice(0, colon);
    const argument = colon < 0 ? undefined : use.slice(colon + 1);
    if (name === 'or' && argument !== undefined) {
      otherwise = argument;
      continue;
    }
    if (name === 'split' && argument !== undefined && argument !== '') {
      split = argument;
      continue;
    }
    const filter = makeFilter(name, argument);
    if (typeof filter === 'string') check.mistake(path, filter);
    else filters.push(filter);
  }
  return { column, split, filters, otherwise };
}
