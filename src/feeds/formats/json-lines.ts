import type { ReadRow } from '../types.js';
import { charsetMistake } from './charset.js';
import type { FormatConfig } from './config.js';
import { jsonFields } from './json-fields.js';
import { Lines, withoutReturn } from './lines.js';
import { keptChars, type ReaderContext, type RecordReader, rejectedRow } from './reader.js';

/** JSON Lines: a line that is no JSON costs itself only. */
export class JsonLinesReader implements RecordReader {
  readonly head = { columns: null, text: '' };
  readonly #lines: Lines;
  #rows: ReadRow[] = [];

  constructor(format: Extract<FormatConfig, { kind: 'jsonl' }>, { file }: ReaderContext) {
    const { charset, maxRecordChars } = format;
    this.#lines = new Lines(maxRecordChars, {
      line: (line, number) => {
        const raw = withoutReturn(line);
        if (raw.trim() !== '') this.#rows.push(jsonRow(raw, raw, { file, row: number, charset }));
      },
      longLine: (beginning, number) => {
        const reason = `the line has more than ${maxRecordChars} characters; its first ${keptChars} are kept`;
        this.#rows.push(rejectedRow(file, number, beginning, 'LW_ROW_COLUMNS', reason));
      },
    });
  }

  read(text: string, rows: ReadRow[]): void {
    this.#rows = rows;
    this.#lines.read(text);
  }

  end(rows: ReadRow[]): void {
    this.#rows = rows;
    this.#lines.end();
  }
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
  try {
    const fields = jsonFields(text);
    if (Object.keys(fields).length > 0) return { file, row, fields, raw };
    return rejectedRow(file, row, raw, 'LW_ROW_COLUMNS', 'has no fields');
  } catch (error) {
    return rejectedRow(file, row, raw, 'LW_ROW_COLUMNS', noJson(error));
  }
}

function noJson(error: unknown): string {
  if (error instanceof RangeError) return 'nests too deeply';
  // V8 quotes the text that it could not read, which a reason need not.
  const message = error instanceof Error ? error.message.replace(/, ".*$/s, '') : String(error);
  return `is no JSON: ${message}`;
}
