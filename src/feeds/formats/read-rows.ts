import type { FeedStream, ReadRow } from '../types.js';
import type { FormatConfig } from './config.js';
import { createReader } from './create-reader.js';
import { decodeText } from './decode-text.js';
import type { FeedHead } from './reader.js';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Columns without which there is nothing to read. Checked where a header, a pattern or the configuration names them. */
  readonly needs?: readonly string[];
}

/**
 * The rows of a file, and in their place the records that are none; some hundreds at a time, which saves an `await` for
 * each. It reads on only when the next ones are asked for. Texts of a row share memory with their neighbours: copy what
 * is kept for long.
 * @throws LW_FEED_HEADER before any row; LW_FEED_FORMAT and what the stream throws (LW_FEED_TRUNCATED,
 * LW_FEED_TOO_LARGE) after the rows before the fault; the signal's reason
 */
export async function* readRows(
  stream: FeedStream,
  format: FormatConfig,
  { signal, needs = [] }: ReadOptions,
): AsyncGenerator<readonly ReadRow[]> {
  const reader = createReader(format, { file: stream.name, needs });
  let rows: ReadRow[] = [];
  try {
    for await (const text of decodeText(stream.open(signal), format.charset)) {
      signal.throwIfAborted();
      reader.read(text, rows);
      if (rows.length === 0) continue;
      const complete = rows;
      rows = [];
      yield complete;
    }
    reader.end(rows);
  } catch (error) {
    if (rows.length > 0) yield rows;
    throw error;
  }
  if (rows.length > 0) yield rows;
}

/**
 * The head of a file, as a file of its rejected rows needs it; reads no further than there.
 * @throws as `readRows`
 */
export async function readHead(
  stream: FeedStream,
  format: FormatConfig,
  { signal, needs = [] }: ReadOptions,
): Promise<FeedHead> {
  const reader = createReader(format, { file: stream.name, needs });
  if (reader.head !== undefined) return reader.head;
  for await (const text of decodeText(stream.open(signal), format.charset)) {
    reader.read(text, []);
    if (reader.head !== undefined) return reader.head;
  }
  reader.end([]);
  return reader.head ?? { columns: null, text: '' };
}
