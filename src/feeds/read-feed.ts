import { LurewatchError } from '../errors/lurewatch-error.js';
import { rowsOf } from './file-rows.js';
import type { FormatConfig } from './formats/config.js';
import type { FeedHead } from './formats/reader.js';
import type { CompiledMapping } from './mapping/compile.js';
import { RowGroups } from './row-groups.js';
import {
  type FeedEvent,
  type FeedFile,
  isRejected,
  type ListedEvent,
  type RejectedRow,
  type Row,
  type RowPlace,
  type SourceRow,
} from './types.js';

/** With the text of the rows that became the event. */
export interface ReadEvent extends FeedEvent {
  readonly rows: readonly SourceRow[];
  /** Others of the same key. */
  readonly rejectedRows: number;
}

export interface FeedReading {
  readonly files: readonly FeedFile[];
  readonly format: FormatConfig;
  readonly mapping: CompiledMapping;
  readonly maxUnpackedBytes: number;
  /** Of this machine, which the caller made and removes. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onRejected: (row: RejectedRow) => Promise<void>;
  /** A file that could not be read, or not to its end: the others go on. */
  readonly onProblem: (error: LurewatchError) => void;
  /** What a file begins with, before its rows are read. */
  readonly onHead: (file: string, head: FeedHead) => void;
  /** How many rows were read so far. */
  readonly onProgress: (rows: number) => void;
  /** Every row was read, and no event has come yet. */
  readonly onAllRead?: (read: ReadRows) => void;
  /** None of the rows of this key becomes an event today. */
  readonly onRejectedGroup?: (key: string) => Promise<void>;
  /** Somebody else than the configuration named the files: errors do not say what columns they have. */
  readonly named?: boolean;
  /** The file of a listed event is older than its list says. */
  readonly onOlder?: (row: Row, listed: ListedEvent) => void;
}

export interface ReadRows {
  readonly rows: number;
  /** Rows that were rejected before it was known which event they are of, and where the first of them stands. */
  readonly withoutKey: number;
  readonly first: RowPlace | undefined;
}

/**
 * The events that the files of a feed describe: every row is read before the first event comes out, since rows with an
 * equal key become one event wherever they stand.
 * @throws LW_FEED_MAPPING where no row becomes an event for a fault of the mapping
 */
export async function* readFeed(reading: FeedReading): AsyncGenerator<ReadEvent> {
  const groups = new RowGroups(reading.folder);
  try {
    const counts = { read: 0, mapped: 0, withoutKey: 0, events: 0 };
    let first: RowPlace | undefined;
    const countWithoutKey = ({ file, row }: RejectedRow) => {
      counts.withoutKey += 1;
      first ??= { file, row };
    };
    let fault: RejectedRow | undefined;
    const rejectByMapping = async (row: RejectedRow) => {
      fault ??= row;
      await reading.onRejected(row);
    };
    for (const file of reading.files) {
      for await (const row of rowsOf(reading, file)) {
        counts.read += 1;
        if (counts.read % 1000 === 0) reading.onProgress(counts.read);
        if (isRejected(row)) {
          // The list tells which event it is of.
          if (file.listed === undefined) countWithoutKey(row);
          await reading.onRejected(row);
          continue;
        }
        counts.mapped += 1;
        const key = reading.mapping.keyOf(row);
        if (typeof key === 'string') {
          await groups.add(key, row);
          continue;
        }
        if (file.listed === undefined) countWithoutKey(key);
        await rejectByMapping(key);
      }
    }
    reading.onProgress(counts.read);
    reading.onAllRead?.({ rows: counts.read, withoutKey: counts.withoutKey, first });
    for await (const { key, rows } of groups.groups()) {
      reading.signal.throwIfAborted();
      const { event, rejected } = reading.mapping.buildEvent(key, rows);
      for (const row of rejected) await rejectByMapping(row);
      if (event === undefined) {
        await reading.onRejectedGroup?.(key);
        continue;
      }
      counts.events += 1;
      yield { ...event, rows: sourceRows(event, rows), rejectedRows: rejected.length };
    }
    const blamed = reading.mapping.configured && counts.mapped >= leastRowsForAVerdict;
    if (counts.events === 0 && fault !== undefined && blamed) throw wrongMapping(fault);
  } finally {
    await groups.close();
  }
}

/** Fewer bad rows may just be bad rows: a file of rejected rows that is imported again, say. */
const leastRowsForAVerdict = 3;

function sourceRows(event: FeedEvent, rows: readonly Row[]): readonly SourceRow[] {
  const places = new Set(event.rows.map(({ file, row }) => `${row} ${file}`));
  return rows.filter(({ file, row }) => places.has(`${row} ${file}`)).map(({ file, row, raw }) => ({ file, row, raw }));
}

function wrongMapping({ file, row, reason }: RejectedRow): LurewatchError {
  return new LurewatchError('LW_FEED_MAPPING', `no row became an event; the first: ${reason}`, {
    where: `${file}, row ${row}`,
  });
}
