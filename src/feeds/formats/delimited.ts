import { LurewatchError } from '../../errors/lurewatch-error.js';
import { detached } from '../../text/detached.js';
import type { ReadRow } from '../types.js';
import { charsetMistake } from './charset.js';
import { checkColumns, columnNames } from './columns.js';
import type { DelimitedFormat } from './config.js';
import { Lines, withoutReturn } from './lines.js';
import { type FeedHead, keptChars, type ReaderContext, type RecordReader, rejectedRow } from './reader.js';
import { setField } from './set-field.js';
import { continueRecord, splitRecord } from './split-record.js';

/** A record that a quote carries over several lines. */
interface OpenRecord {
  readonly lines: string[];
  readonly number: number;
  /** The column whose quote opened it. */
  readonly column: number;
  chars: number;
}

/**
 * CSV and TSV. Built on lines and not on a CSV parser, since a quote that is never closed must cost its own line only:
 * a parser would take everything up to the end of the file for one value, or stop there.
 */
export class DelimitedReader implements RecordReader {
  readonly #format: DelimitedFormat;
  readonly #context: ReaderContext;
  readonly #lines: Lines;
  #columns: readonly string[] | undefined;
  #headLines: string[] = [];
  #open: OpenRecord | undefined;
  #rows: ReadRow[] = [];
  head: FeedHead | undefined;

  constructor(format: DelimitedFormat, context: ReaderContext) {
    this.#format = format;
    this.#context = context;
    if (Array.isArray(format.header)) checkColumns(columnNames(format.header), context.needs, context.file);
    this.#lines = new Lines(format.maxRecordChars, {
      line: (line, number) => this.#line(line, number, true),
      longLine: (beginning, number) => this.#longLine(beginning, number),
    });
  }

  read(text: string, rows: ReadRow[]): void {
    this.#rows = rows;
    this.#lines.read(text);
  }

  end(rows: ReadRow[]): void {
    this.#rows = rows;
    this.#lines.end();
    // The last of the lines given up for a quote may open another one.
    while (this.#open !== undefined) this.#giveUp(this.#open);
    if (this.head === undefined && this.#format.header === true) {
      throw new LurewatchError('LW_FEED_HEADER', 'the file has no header line', {
        where: this.#context.file,
        mend: 'Check what is delivered: the file is empty, or ends before its header.',
      });
    }
  }

  #line(line: string, number: number, mayOpen: boolean): void {
    if (this.#open !== undefined) {
      this.#continue(this.#open, line);
      return;
    }
    const text = withoutReturn(line);
    const { comment, skipLines } = this.#format;
    if (number <= skipLines || (comment !== undefined && text.startsWith(comment)) || isBlank(text)) {
      if (number <= skipLines) this.#headLines.push(detached(text));
      return;
    }
    const split = splitRecord(text, this.#format);
    if ('values' in split) this.#record(text, number, split.values);
    else if ('closedInside' in split) {
      this.#reject(text, number, `the quote of column ${split.closedInside} is closed in the middle of its value`);
    } else if (mayOpen) this.#open = { lines: [line], number, column: split.open, chars: line.length };
    else this.#rejectOpen(text, number, split.open);
  }

  #continue(open: OpenRecord, line: string): void {
    open.lines.push(line);
    open.chars += line.length + 1;
    const text = withoutReturn(line);
    const state = open.chars > this.#format.maxRecordChars ? 'broken' : continueRecord(text, this.#format);
    if (state === 'open') return;
    if (state === 'broken') {
      this.#giveUp(open);
      return;
    }
    this.#open = undefined;
    open.lines[open.lines.length - 1] = text;
    const raw = open.lines.join('\n');
    const split = splitRecord(raw, this.#format);
    if ('values' in split) this.#record(raw, open.number, split.values);
    else this.#rejectOpen(raw, open.number, open.column);
  }

  /**
   * The quote is a stray one: only the line that it stands in is rejected, and the lines after it are read again. Of
   * those only the last may open a record of several lines, so that no line is read more than a few times.
   */
  #giveUp(open: OpenRecord): void {
    this.#open = undefined;
    const [first = '', ...rest] = open.lines;
    this.#rejectOpen(withoutReturn(first), open.number, open.column);
    for (const [index, line] of rest.entries()) {
      this.#line(line, open.number + 1 + index, index === rest.length - 1);
    }
  }

  #longLine(beginning: string, number: number): void {
    while (this.#open !== undefined) this.#giveUp(this.#open);
    const { maxRecordChars, skipLines, comment } = this.#format;
    if (number <= skipLines) this.#headLines.push('');
    if (number <= skipLines || (comment !== undefined && beginning.startsWith(comment))) return;
    this.#reject(
      beginning,
      number,
      `the line has more than ${maxRecordChars} characters; its first ${keptChars} are kept`,
    );
  }

  #record(raw: string, number: number, values: readonly string[]): void {
    const mistake = charsetMistake(raw, this.#format.charset);
    const columns = this.#columns ?? this.#header(raw, values, mistake);
    if (columns === undefined) return;
    if (mistake !== null) {
      this.#rows.push(rejectedRow(this.#context.file, number, raw, 'LW_ROW_CHARSET', mistake));
    } else if (values.length === columns.length) {
      const fields: Record<string, string> = {};
      for (const [index, column] of columns.entries()) setField(fields, column, values[index] ?? '');
      this.#rows.push({ file: this.#context.file, row: number, fields, raw });
    } else {
      const lines = raw.includes('\n') ? `; a quote carries it over ${raw.split('\n').length} lines` : '';
      const named = this.#format.header === false ? 'the first row' : 'the header';
      this.#reject(raw, number, `has ${values.length} columns where ${named} has ${columns.length}${lines}`);
    }
  }

  /** The first record tells the columns; undefined where it is the header itself. */
  #header(raw: string, values: readonly string[], mistake: string | null): readonly string[] | undefined {
    const { header } = this.#format;
    const { file, needs } = this.#context;
    if (header === true && mistake !== null) throw this.#unreadableHeader(mistake);
    const columns =
      header === true
        ? columnNames(values)
        : header === false
          ? values.map((_, index) => String(index + 1))
          : columnNames(header);
    this.#columns = columns.map(detached);
    checkColumns(this.#columns, needs, file);
    if (header === true) this.#headLines.push(detached(raw));
    this.head = { columns: this.#columns, text: this.#headLines.join('\n') };
    return header === true ? undefined : this.#columns;
  }

  #rejectOpen(raw: string, number: number, column: number): void {
    this.#reject(raw, number, `the quote that opens in column ${column} is not closed`);
  }

  #reject(raw: string, number: number, reason: string): void {
    if (this.#columns === undefined && this.#format.header === true) throw this.#unreadableHeader(reason);
    this.#rows.push(rejectedRow(this.#context.file, number, raw, 'LW_ROW_COLUMNS', reason));
  }

  #unreadableHeader(reason: string): LurewatchError {
    return new LurewatchError('LW_FEED_HEADER', `the header cannot be read: ${reason}`, {
      where: this.#context.file,
      mend: 'Compare `format` (charset, quote, delimiter, skipLines) with the first lines of the file.',
    });
  }
}

function isBlank(text: string): boolean {
  return text === '' || /^ +$/.test(text);
}
