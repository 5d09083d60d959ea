/** How the columns of a record are told apart. */
export interface Dialect {
  readonly delimiter: string;
  /** False: quotes are text like any other. */
  readonly quote: string | false;
  readonly trim: boolean;
}

/** The values of a record; or the column, from 1, whose quote is the trouble. */
export type SplitRecord =
  | { readonly values: readonly string[] }
  | { readonly open: number }
  | { readonly closedInside: number };

/**
 * RFC 4180, but that a quote in the middle of a value that began without one is text. What follows a closing quote must
 * be a delimiter or the end: so a stray quote is found out at the next quote, and swallows nothing.
 */
export function splitRecord(text: string, dialect: Dialect): SplitRecord {
  const { delimiter, quote, trim } = dialect;
  if (quote === false || !text.includes(quote)) {
    const values = text.split(delimiter);
    return { values: trim ? values.map((value) => value.trim()) : values };
  }
  const values: string[] = [];
  let at = 0;
  for (;;) {
    const start = trim ? afterBlanks(text, at, delimiter) : at;
    if (text[start] === quote) {
      const { value, end } = quotedValue(text, start + 1, quote);
      if (end < 0) return { open: values.length + 1 };
      values.push(value);
      at = trim ? afterBlanks(text, end, delimiter) : end;
      if (at === text.length) return { values };
      if (!text.startsWith(delimiter, at)) return { closedInside: values.length };
    } else {
      const end = text.indexOf(delimiter, at);
      const value = end < 0 ? text.slice(at) : text.slice(at, end);
      values.push(trim ? value.trim() : value);
      if (end < 0) return { values };
      at = end;
    }
    at += delimiter.length;
  }
}

/** @param from after the opening quote; `end`: after the closing one, or -1 */
function quotedValue(text: string, from: number, quote: string): { readonly value: string; readonly end: number } {
  let value = '';
  let start = from;
  for (;;) {
    const end = text.indexOf(quote, start);
    if (end < 0) return { value, end };
    if (text[end + 1] !== quote) return { value: value + text.slice(start, end), end: end + 1 };
    value += text.slice(start, end + 1);
    start = end + 2;
  }
}

function afterBlanks(text: string, from: number, delimiter: string): number {
  let at = from;
  while ((text[at] === ' ' || text[at] === '\t') && text[at] !== delimiter) at += 1;
  return at;
}

/** Where a line that goes on within quotes leaves the record: still open, complete, or such that it is none. */
export function continueRecord(line: string, dialect: Dialect): 'open' | 'complete' | 'broken' {
  const { delimiter, quote, trim } = dialect;
  if (quote === false) return 'complete';
  const { end } = quotedValue(line, 0, quote);
  if (end < 0) return 'open';
  const after = trim ? afterBlanks(line, end, delimiter) : end;
  if (after === line.length) return 'complete';
  if (!line.startsWith(delimiter, after)) return 'broken';
  const rest = splitRecord(line.slice(after + delimiter.length), dialect);
  if ('open' in rest) return 'open';
  return 'values' in rest ? 'complete' : 'broken';
}
