import type { ReadRow, Row } from '../types.js';
import { charsetMistake } from './charset.js';
import { checkColumns } from './columns.js';
import { Lines, withoutReturn } from './lines.js';
import { type FeedHead, keptChars, type ReaderContext, type RecordReader, rejectedRow } from './reader.js';

/** What a line says, or why it says nothing. */
export type ParsedLine = { readonly fields: Row['fields'] } | { readonly mistake: string };

export interface LineParser {
  /** The fields that a line can have; null where each line names its own. */
  readonly columns: readonly string[] | null;
  /** Lines that begin with one of these are passed over. */
  readonly comments: readonly string[];
  /** True: a line that says nothing is passed over. */
  readonly skips: boolean;
  readonly charset: string;
  readonly maxRecordChars: number;
  parse(line: string): ParsedLine;
}

/** Formats in which each line is a record by itself: logs and lists. */
export class LineReader implements RecordReader {
  readonly head: FeedHead;
  readonly #parser: LineParser;
  readonly #file: string;
  readonly #lines: Lines;
  #rows: ReadRow[] = [];

  constructor(parser: LineParser, { file, needs }: ReaderContext) {
    if (parser.columns !== null) checkColumns(parser.columns, needs, file);
    this.head = { columns: parser.columns, text: '' };
    this.#parser = parser;
    this.#file = file;
    this.#lines = new Lines(parser.maxRecordChars, {
      line: (line, number) => this.#line(withoutReturn(line), number),
      longLine: (beginning, number) => {
        const reason = `the line has more than ${parser.maxRecordChars} characters; its first ${keptChars} are kept`;
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

  #line(raw: string, row: number): void {
    const { comments, skips, charset } = this.#parser;
    if (raw.trim() === '' || comments.some((comment) => raw.startsWith(comment))) return;
    const parsed = this.#parser.parse(raw);
    if (skips && 'mistake' in parsed) return;
    const file = this.#file;
    const mistake = charsetMistake(raw, charset);
    if (mistake !== null) this.#rows.push(rejectedRow(file, row, raw, 'LW_ROW_CHARSET', mistake));
    else if ('mistake' in parsed) this.#rows.push(rejectedRow(file, row, raw, 'LW_ROW_COLUMNS', parsed.mistake));
    else this.#rows.push({ file, row, fields: parsed.fields, raw });
  }
}
