import type { Readable } from 'node:stream';
import type { ErrorCode } from '../errors/catalogue.js';
import type { Warning } from '../errors/warning.js';
import type { MispEvent } from '../misp/types.js';

/** What a feed passes through: files → rows → events. */

/** A file on this machine: bytes as they came, perhaps compressed. */
export interface LocalFile {
  /** As a person finds it again: the path as configured, or the URL without its query. */
  readonly name: string;
  /** Where it lies for as long as it is read. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** A file of a source. */
export interface FeedFile extends LocalFile {
  /** SHA-256 of its bytes, hex. */
  readonly sha256: string;
  /** Set: its source says that it holds this one event. */
  readonly listed?: ListedFile;
}

/** An event as the manifest of a feed of MISP lists it. */
export interface ListedEvent {
  /** In lower case. */
  readonly uuid: string;
  /** When it last changed, seconds since 1970; '' where the manifest does not say. */
  readonly timestamp: string;
}

/** What is expected of its file. */
export interface ListedFile extends ListedEvent {
  /** Unpacked. */
  readonly maxBytes: number;
}

/** A file unpacked and ready to be read: a zip holds several. */
export interface FeedStream {
  /** `feed.zip!inner.csv` for a member of an archive. */
  readonly name: string;
  open(signal: AbortSignal): Readable;
}

/** Where a row stands, as a person counts: the first line of the record in its unpacked file, from 1. */
export interface RowPlace {
  readonly file: string;
  readonly row: number;
}

/** A record as it stands in its source. */
export interface SourceRow extends RowPlace {
  /** In the format of its source, without a line end after it: what a file of rejected rows holds. */
  readonly raw: string;
}

/**
 * One record. Numbers and booleans of JSON are their JSON text, null and missing fields are absent, nested objects
 * stand under dotted names (`a.b`), lists of values are lists, and a list of objects is its JSON text.
 */
export interface Row extends SourceRow {
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

/** A row that cannot become an event, with its reason. */
export interface RejectedRow extends SourceRow {
  readonly code: ErrorCode;
  /** A sentence without its full stop; names the column and the rule where there is one. */
  readonly reason: string;
}

/** What a reader gives: rows, and in their place the records that are none. */
export type ReadRow = Row | RejectedRow;

export function isRejected(row: ReadRow): row is RejectedRow {
  return 'reason' in row;
}

/** Something that a person should know of a row that became an event all the same: an attribute left out, say. */
export interface RowWarning extends RowPlace, Warning {}

/** An event that rows with an equal key became. */
export interface FeedEvent {
  /** What makes these rows one event; the event's UUID is made of feed and key. */
  readonly key: string;
  readonly event: MispEvent;
  readonly rows: readonly RowPlace[];
  readonly warnings: readonly RowWarning[];
}
