import type { KeyValueFormat } from './config.js';
import type { LineParser, ParsedLine } from './line-reader.js';
import { setField } from './set-field.js';

/** Logs of `key=value` pairs, as firewalls and logfmt write them. A repeated key makes a list of its values. */
export function keyValueParser(format: KeyValueFormat): LineParser {
  return {
    columns: null,
    comments: format.comment === undefined ? [] : [format.comment],
    skips: format.unmatched === 'skip',
    charset: format.charset,
    maxRecordChars: format.maxRecordChars,
    parse: (line) => parsePairs(line, format.separator),
  };
}

/** Words without a separator, as the date and host that syslog puts before, are passed over. */
export function parsePairs(line: string, separator: string): ParsedLine {
  const fields: Record<string, string | string[]> = {};
  let found = false;
  let at = 0;
  while (at < line.length) {
    if (isBlank(line[at])) {
      at += 1;
      continue;
    }
    const start = at;
    while (at < line.length && line[at] !== separator && !isBlank(line[at])) at += 1;
    if (line[at] !== separator || at === start) {
      while (at < line.length && !isBlank(line[at])) at += 1;
      continue;
    }
    const key = line.slice(start, at);
    const value = line[at + 1] === '"' ? quotedValue(line, at + 2) : plainValue(line, at + 1);
    if (value === null) return { mistake: `the quote that opens the value of ${key.slice(0, 100)} is not closed` };
    addValue(fields, key, value.text);
    found = true;
    at = value.end;
  }
  return found ? { fields } : { mistake: `the line has no pair of key${separator}value` };
}

interface Value {
  readonly text: string;
  readonly end: number;
}

function plainValue(line: string, from: number): Value {
  let end = from;
  while (end < line.length && !isBlank(line[end])) end += 1;
  return { text: line.slice(from, end), end };
}

/** A backslash keeps a quote or a backslash from its meaning; before anything else it is text (`C:\temp`). */
function quotedValue(line: string, from: number): Value | null {
  let text = '';
  let start = from;
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '"') return { text: text + line.slice(start, at), end: at + 1 };
    if (line[at] !== '\\' || (line[at + 1] !== '"' && line[at + 1] !== '\\')) continue;
    text += line.slice(start, at);
    start = at + 1;
    at += 1;
  }
  return null;
}

function addValue(fields: Record<string, string | string[]>, key: string, value: string): void {
  const before = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (before === undefined) setField(fields, key, value);
  else if (Array.isArray(before)) before.push(value);
  else setField(fields, key, [before, value]);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
