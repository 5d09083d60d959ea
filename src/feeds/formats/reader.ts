import type { ErrorCode } from '../../errors/catalogue.js';
import { detached } from '../../text/detached.js';
import type { ReadRow, RejectedRow } from '../types.js';

/** What comes before the rows of a file. */
export interface FeedHead {
  /** The names of the columns; null where each record names its own fields. */
  readonly columns: readonly string[] | null;
  /** The lines of the file up to the header, this included, without the last line end; empty where there are none. */
  readonly text: string;
}

/**
 * The reader of one file: takes its text as it comes and appends the rows that are complete. It may throw a
 * LurewatchError, after it appended the rows before the fault.
 */
export interface RecordReader {
  /** Known once the header was read. */
  readonly head: FeedHead | undefined;
  read(text: string, rows: ReadRow[]): void;
  /** There is no more text. */
  end(rows: ReadRow[]): void;
}

export interface ReaderContext {
  /** The name of the file. */
  readonly file: string;
  /** Columns without which there is nothing to read. */
  readonly needs: readonly string[];
}

/** So much is kept of a record that is too long. */
export const keptChars = 1000;

export function rejectedRow(file: string, row: number, raw: string, code: ErrorCode, reason: string): RejectedRow {
  return { file, row, raw: detached(raw), code, reason };
}
