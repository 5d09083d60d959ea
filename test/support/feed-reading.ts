import { Readable } from 'node:stream';
import type { z } from 'zod';
import { isLurewatchError, type LurewatchError } from '../../src/errors/lurewatch-error.js';
import { formatSchema } from '../../src/feeds/formats/config.js';
import { readHead, readRows } from '../../src/feeds/formats/read-rows.js';
import { rejectedFile } from '../../src/feeds/formats/rejected-file.js';
import { type FeedStream, isRejected, type ReadRow, type RejectedRow, type Row } from '../../src/feeds/types.js';

export type FormatInput = z.input<typeof formatSchema>;

export interface Reading {
  readonly all: readonly ReadRow[];
  readonly rows: readonly Row[];
  readonly rejected: readonly RejectedRow[];
  /** What ended the reading before the end of the file. */
  readonly error: LurewatchError | undefined;
}

export interface ReadingOptions {
  readonly needs?: readonly string[];
  /** The sizes of the chunks in which the bytes come, again and again. */
  readonly chunks?: readonly number[];
}

/** Reads bytes as a feed's file, to the end or the error. */
export async function readFeedBytes(
  bytes: Buffer | string,
  format: FormatInput,
  options: ReadingOptions = {},
): Promise<Reading> {
  return readFeedStream(streamOf(Buffer.from(bytes), options.chunks), format, options.needs);
}

export async function readFeedStream(
  stream: FeedStream,
  format: FormatInput,
  needs: readonly string[] = [],
): Promise<Reading> {
  const all: ReadRow[] = [];
  let error: LurewatchError | undefined;
  try {
    const { signal } = new AbortController();
    for await (const rows of readRows(stream, formatSchema.parse(format), { signal, needs })) all.push(...rows);
  } catch (thrown) {
    if (!isLurewatchError(thrown)) throw thrown;
    error = thrown;
  }
  return {
    all,
    rows: all.filter((row): row is Row => !isRejected(row)),
    rejected: all.filter(isRejected),
    error,
  };
}

/** The file of rejected rows that has these rows of a file, whether they were rejected or not. */
export async function rejectedBytes(
  source: Buffer | string,
  format: FormatInput,
  rows: readonly ReadRow[],
): Promise<Buffer> {
  const parsed = formatSchema.parse(format);
  const head = await readHead(streamOf(Buffer.from(source)), parsed, { signal: new AbortController().signal });
  const pieces: Buffer[] = [];
  const raws = rows.map((row) => row.raw);
  for await (const piece of rejectedFile(parsed, head, raws)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function streamOf(bytes: Buffer, chunks: readonly number[] = [64 * 1024]): FeedStream {
  return { name: 'feed', open: () => Readable.from(cut(bytes, chunks)) };
}

function* cut(bytes: Buffer, chunks: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = chunks[turn % chunks.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
