import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import { quoted } from '../misp/check-value.js';
import { withoutFound } from './formats/columns.js';
import { readHead, readRows } from './formats/read-rows.js';
import { rejectedRow } from './formats/reader.js';
import type { FeedReading } from './read-feed.js';
import { type FeedFile, isRejected, type ListedEvent, type ReadRow, type Row } from './types.js';
import { unpack } from './unpack/unpack.js';

/** Of the file of one event. */
const mostRows = 10;

/** The rows of a file of a feed. What is wrong with the file as a whole is told; one of a listed event is a rejected row then. */
export async function* rowsOf(reading: FeedReading, file: FeedFile): AsyncGenerator<ReadRow> {
  const { listed } = file;
  if (listed === undefined) {
    yield* rowsOfFile(reading, file, reading.onProblem);
    return;
  }
  let rows = 0;
  let trouble: LurewatchError | undefined;
  const onProblem = (error: LurewatchError) => {
    trouble ??= error;
  };
  const maxUnpackedBytes = Math.min(reading.maxUnpackedBytes, listed.maxBytes);
  for await (const row of rowsOfFile({ ...reading, maxUnpackedBytes }, file, onProblem)) {
    rows += 1;
    if (rows > mostRows) {
      trouble = new LurewatchError('LW_FEED_FORMAT', 'the file of one event holds several', { where: file.name });
      break;
    }
    yield isRejected(row) ? row : asListed(row, listed, reading.onOlder);
  }
  if (trouble !== undefined) yield rejectedRow(file.name, 1, '', trouble.code, trouble.what);
  else if (rows === 0) yield rejectedRow(file.name, 1, '', 'LW_ROW_COLUMNS', 'there is no event in it');
}

async function* rowsOfFile(
  { format, mapping, signal, maxUnpackedBytes, named, onHead }: FeedReading,
  file: FeedFile,
  take: (problem: LurewatchError) => void,
): AsyncGenerator<ReadRow> {
  const onProblem = (problem: LurewatchError) => take(named ? withoutFound(problem) : problem);
  try {
    for (const stream of await unpack(file, { maxUnpackedBytes }, signal)) {
      try {
        onHead(stream.name, await readHead(stream, format, { signal }));
        for await (const rows of readRows(stream, format, { needs: mapping.needs, signal })) yield* rows;
      } catch (error) {
        onProblem(problemOr(error));
      }
    }
  } catch (error) {
    onProblem(problemOr(error));
  }
}

/** What a list says of one event is never taken for what it says of another. */
function asListed(row: Row, listed: ListedEvent, onOlder: FeedReading['onOlder']): ReadRow {
  const { uuid, timestamp } = row.fields;
  const own = typeof uuid === 'string' ? uuid.trim() : '';
  if (own.toLowerCase() !== listed.uuid) {
    const reason = `uuid: ${own === '' ? 'is missing' : quoted(own)}, and the manifest lists this file as ${listed.uuid}`;
    return rejectedRow(row.file, row.row, row.raw, 'LW_ROW_VALUE', reason);
  }
  if (Number(timestamp ?? Number.NaN) < Number(listed.timestamp)) onOlder?.(row, listed);
  return { ...row, fields: { ...row.fields, uuid: listed.uuid } };
}

/** What is wrong with one file is told and passed over; anything else ends the import. */
function problemOr(error: unknown): LurewatchError {
  if (isLurewatchError(error) && !error.retryable) return error;
  throw error;
}
