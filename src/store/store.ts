import type { Readable } from 'node:stream';

export interface StoreRecord {
  /** Path-like: segments of [A-Za-z0-9._-] joined by `/`. */
  readonly key: string;
  readonly body: Buffer;
}

export interface StoredStream {
  /** SHA-256 of the stored bytes, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** False: there already. */
  readonly created: boolean;
}

/**
 * Immutable records, created only if absent and durable when a call returns. What the ledger and the evidence need,
 * and no more, so that a directory and an S3 bucket can both give it. Every method throws LW_STORE_UNAVAILABLE while the
 * store is away, full or slow, and LW_STORE_REFUSED, LW_STORE_TLS or LW_STORE_UNSUITABLE for what a person must mend.
 */
export interface Store {
  /** Where it is, for people: a folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /**
   * Creates each record unless its key is taken. In the order given: true created by this very call, false already there.
   * Of any number of calls for a key, in whatever processes and with whatever bodies, at most one is told true.
   */
  createMany(records: readonly StoreRecord[]): Promise<readonly boolean[]>;
  /**
   * In the order given: the bytes, or undefined where there is no such record. Throws LW_STORE_CORRUPT where a key
   * leads to something that does not hold its record.
   */
  readMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  /** Every key that starts with `prefix` (which ends in `/`), sorted. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removes a record that others have superseded. Absent is fine. */
  remove(key: string): Promise<void>;
  /** Stores a stream under the key made from the SHA-256 of its bytes. */
  writeStream(source: Readable, keyOf: (sha256: string) => string): Promise<StoredStream>;
  /** Opens a record as a stream, which may end in the errors of `readMany`; undefined where there is none. */
  openStream(key: string): Promise<Readable | undefined>;
  /** Where a record lies or would lie, for people: a path, or `s3://bucket/…`. */
  placeOf(key: string): string;
  /** Where a record lies on this machine, for readers that need a path; undefined where it is not a local file. */
  localPath(key: string): string | undefined;
  /** For `lurewatch check`: verifies that it can do what it has to. Findings for people, a line each. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}
