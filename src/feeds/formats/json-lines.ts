import type { ReadRow } from '../types.js';
import { charsetMistake } from './charset.js';
import type { FormatConfig } from './config.js';
import { jsonFields } from './json-fields.js';
import type { LineParser, ParsedLine } from './line-reader.js';
import { rejectedRow } from './reader.js';

/** JSON Lines: a line that is no JSON costs itself only. */
export function jsonLineParser({ charset, maxRecordChars }: Extract<FormatConfig, { kind: 'jsonl' }>): LineParser {
  return { columns: null, comments: [], skips: false, charset, maxRecordChars, parse: parsedJson };
}

export interface JsonRowPlace {
  readonly file: string;
  readonly row: number;
  readonly charset: string;
}

/**
 * One record of JSON.
 * @param text of the value
 * @param raw what a file of rejected rows holds: with a key around it, perhaps
 */
export function jsonRow(text: string, raw: string, { file, row, charset }: JsonRowPlace): ReadRow {
  const mistake = charsetMistake(text, charset);
  if (mistake !== null) return rejectedRow(file, row, raw, 'LW_ROW_CHARSET', mistake);
  const parsed = parsedJson(text);
  if ('mistake' in parsed) return rejectedRow(file, row, raw, 'LW_ROW_COLUMNS', parsed.mistake);
  return { file, row, fields: parsed.fields, raw };
}

function parsedJson(text: string): ParsedLine {
  try {
    const fields = jsonFields(text);
    return Object.keys(fields).length > 0 ? { fields } : { mistake: 'has no fields' };
  } catch (error) {
    return { mistake: noJson(error) };
  }
}

function noJson(error: unknown): string {
  if (error instanceof RangeError) return 'nests too deeply';
  // V8 quotes the text that it could not read, which a reason need not.
  const message = error instanceof Error ? error.message.replace(/, ".*$/s, '') : String(error);
  return `is no JSON: ${message}`;
}
