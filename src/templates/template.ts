import { type Filter, makeFilter } from './filters.js';

/** What a template is filled from: the row of a feed, an alert. */
export interface Filled {
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** What a piece of a column that is split stands for, where that is not the piece itself. */
  readonly meant?: ((column: string, piece: string) => readonly string[]) | undefined;
}

/** Where in what is compiled: `['attributes', 0, 'value']`. */
export type TemplatePath = readonly (string | number)[];

/** Hears of the names that a template uses and of the mistakes in it, before anything is filled in. */
export interface TemplateCheck {
  /** What stands in braces: a `column` of a feed, a `field` of an alert. */
  readonly noun: string;
  mistake(path: TemplatePath, reason: string): void;
  column(path: TemplatePath, name: string): void;
}

/**
 * A text with columns in it: `[feed] {actor} ({first_seen|first:10})`; `{{` and `}}` stand for braces. One language for
 * feeds, names of alerts and the bodies of `http` targets.
 */
export interface Template {
  readonly source: string;
  /** The text; undefined where a column has no value. */
  readonly render: (row: Filled) => string | undefined;
  /** The text; a column without a value is empty. */
  readonly renderAnyway: (row: Filled) => string;
  /** The texts: several where its one column holds a list, with the words around it in each; none without a value. */
  readonly renderAll: (row: Filled) => readonly string[];
  /** It is one column cut into several values, and nothing else: `{tags|split:,}`. */
  readonly isList: boolean;
}

/**
 * What a place can carry: `text` is done to the words of the template, `value` to what is filled in for a column, after
 * all filters and with all of its values joined. Of one text each; not for `renderAll`.
 */
export interface Carrier {
  readonly text: Filter;
  readonly value: Filter;
}

interface ColumnPart {
  readonly column: string;
  /** What stands between several values in one: `{tags|split:,}`. */
  readonly split: string | undefined;
  readonly filters: readonly Filter[];
  /** What stands for no value: `{actor|or:unknown}`. */
  readonly otherwise: string | undefined;
  readonly carrier: Carrier | undefined;
}
type Part = string | ColumnPart;

/** Compiled once for all rows. `nulls`: the words that stand for no value. `carrier`: of URLs and headers. */
export function compileTemplate(
  source: string,
  path: TemplatePath,
  nulls: ReadonlySet<string>,
  check: TemplateCheck,
  carrier?: Carrier,
): Template {
  const parts = parse(source, path, check, carrier);
  const [only, ...others] = parts.filter((part) => typeof part === 'object');
  if (parts.length === 1 && only !== undefined) return oneColumn(source, only, nulls);
  const render = (row: Filled, whenNull: string | undefined): string | undefined => {
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
    isList: false,
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
    isList: part.split !== undefined,
    render: (row) => joined(part, row, nulls),
    renderAnyway: (row) => joined(part, row, nulls) ?? '',
    renderAll: (row) => texts(part, row, nulls),
  };
}

function joined(part: ColumnPart, row: Filled, nulls: ReadonlySet<string>): string | undefined {
  const found = texts(part, row, nulls);
  const text = found.length < 2 ? found[0] : found.join(', ');
  return text === undefined ? undefined : (part.carrier?.value(text) ?? text);
}

const none: readonly string[] = [];

function texts(part: ColumnPart, row: Filled, nulls: ReadonlySet<string>): readonly string[] {
  const values = splitValues(row, part, nulls);
  const { filters, otherwise } = part;
  if (values.length === 0) return otherwise === undefined ? none : [otherwise];
  if (filters.length === 0) return values;
  return values.map((value) => filters.reduce((text, filter) => filter(text), value));
}

function splitValues(
  row: Filled,
  { column, split: between }: Pick<ColumnPart, 'column' | 'split'>,
  nulls: ReadonlySet<string>,
): readonly string[] {
  const values = columnValues(row, column, nulls);
  if (between === undefined) return values;
  const pieces = values.flatMap((value) => value.split(between)).map((piece) => piece.trim());
  const some = pieces.filter((piece) => !isNull(piece, nulls));
  const { meant } = row;
  return meant === undefined ? some : [...new Set(some.flatMap((piece) => meant(column, piece)))];
}

/** The values of a column that are any. A row may lack the column. */
export function columnValues(row: Filled, column: string, nulls: ReadonlySet<string>): readonly string[] {
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

function parse(
  source: string,
  path: TemplatePath,
  check: TemplateCheck,
  carrier: Carrier | undefined,
): readonly Part[] {
  const parts: Part[] = [];
  let text = '';
  const words = () => carrier?.text(text) ?? text;
  for (const [piece] of source.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g)) {
    if (piece === '{{' || piece === '}}') text += piece[0];
    else if (piece === '{' || piece === '}') {
      check.mistake(
        path,
        `a single \`${piece}\` in \`${source}\`: ${check.noun}s stand as {${check.noun}}, and {{ or }} for a brace`,
      );
    } else if (piece.startsWith('{')) {
      if (text !== '') parts.push(words());
      text = '';
      parts.push({ ...parseColumn(piece.slice(1, -1), path, check), carrier });
    } else text += piece;
  }
  return text === '' ? parts : [...parts, words()];
}

function parseColumn(inside: string, path: TemplatePath, check: TemplateCheck): Omit<ColumnPart, 'carrier'> {
  const [column = '', ...uses] = inside.split('|').map((part) => part.trim());
  if (column === '') check.mistake(path, `\`{${inside}}\` names no ${check.noun}`);
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
