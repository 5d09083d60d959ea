import type { BatchFailure } from './types.js';

/** What travels through the histories of imports. References and counts only: no row, no event, no secret. */

export interface ImportFeedInput {
  readonly feed: string;
  /** Look, send nothing, write nothing. */
  readonly dryRun?: boolean;
  /**
   * A file that is read instead of the feed's source, as rejected rows that were mended: what it does not have stays as
   * it is. Beside the source, or beside the configuration.
   */
  readonly from?: string;
  /** Where an earlier run of the same import stopped. Set by the workflow itself when it continues as new. */
  readonly continued?: ContinuedImport;
}

export interface ImportFeedResult extends ImportCounts {
  readonly feed: string;
  /** Records of the source that were read, whatever became of them. */
  readonly rows: number;
  /** The first hundred; all of them stand in `reasons`. */
  readonly rejects: readonly Reject[];
  /** Where the rejected rows stand, in the format of their source: paths, or keys of the store. */
  readonly rejectedFiles: readonly string[];
  /** Of all rejected rows, why, a line of JSON each: a key of the store. Absent where there are none. */
  readonly reasons?: string;
  /** What was left out of events that exist all the same, or could not be done with them: the first hundred. */
  readonly warnings: readonly (RowNote | EventNote)[];
  /** What stood in the way of a whole file, or of a part of it. The rows that could be read were imported. */
  readonly problems: readonly FeedProblem[];
  /** The first hundred events that were created or updated. */
  readonly written: readonly WrittenEvent[];
  /** Of all of them, a line of JSON each: a key of the store. Absent where nothing was written. */
  readonly report?: string;
  /** With `dryRun`: the events that would be created or updated (the first hundred). */
  readonly preview?: readonly EventPreview[];
}

/** Events, but `rejected`, which are rows, and `warned`. */
export interface ImportCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Marked with the configured tag, since their rows have left the feed. */
  readonly gone: number;
  /** Warnings, shown or not. */
  readonly warned: number;
}

/** Where a row stands. */
export interface NotedRow {
  /** As its source names it: the path as configured, or the address without its query. */
  readonly file: string;
  /** The first line of the record, or its number. */
  readonly row: number;
}

/** What is to be told of a row. */
export interface RowNote extends NotedRow {
  /** Of src/errors/catalogue.ts. */
  readonly code: string;
  readonly reason: string;
}

export type Reject = RowNote;

/** What is to be told of an event that no row of this import stands for. */
export interface EventNote {
  /** Its UUID. */
  readonly event: string;
  readonly code: string;
  readonly reason: string;
}

export interface FeedProblem {
  readonly code: string;
  readonly message: string;
}

/** With the first of its rows. */
export interface WrittenEvent extends NotedRow {
  readonly action: 'created' | 'updated';
  /** The event's address. */
  readonly reference: string;
}

/** With the first of its rows. */
export interface EventPreview extends NotedRow {
  readonly action: 'create' | 'update';
  /** For people: what an update would change, a line each. */
  readonly changes: readonly string[];
  /** The exact event as it would be sent. */
  readonly event: unknown;
}

/** What the workflow needs to know of the configuration. */
export interface ImportPlan {
  /** So many chunks at the same time, at most. */
  readonly writers: number;
  readonly marksGone: boolean;
}

/** A feed that was read: all it says stands in the store, in chunks of events that are to be written. */
export interface PreparedFeed {
  readonly importId: string;
  readonly plan: ImportPlan;
  readonly rows: number;
  readonly events: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly rejects: readonly Reject[];
  readonly warnings: readonly RowNote[];
  /** How many there were of them in all; absent in what earlier code answered: no more than these. */
  readonly warned?: number;
  readonly problems: readonly FeedProblem[];
  /** How many chunks of events there are to write. */
  readonly chunks: number;
  readonly toWrite: number;
  /** Of a dry run: what would be written. */
  readonly preview?: {
    readonly events: readonly EventPreview[];
    readonly created: number;
    readonly updated: number;
  };
}

export interface ChunkInput {
  readonly feed: string;
  readonly importId: string;
  /** From 0. */
  readonly chunk: number;
}

export interface ChunkResult {
  /** Events that came to their end. */
  readonly done: number;
  readonly created: number;
  readonly updated: number;
  /** Others wrote the same meanwhile. */
  readonly unchanged: number;
  readonly rejected: number;
  readonly rejects: readonly Reject[];
  readonly warnings: readonly RowNote[];
  readonly warned?: number;
  readonly written: readonly WrittenEvent[];
  /** Of each event that was sent, in milliseconds: how long MISP took. 0: not known. */
  readonly msPerEvent: number;
  /** It met trouble and was tried again. */
  readonly troubled: boolean;
  /** Set where MISP refuses everything: nothing more of this import would fare better. */
  readonly failure?: BatchFailure;
}

export interface GoneInput {
  readonly feed: string;
  readonly importId: string;
  /** Events are looked through by the first digit of their UUIDs. */
  readonly digit: string;
}

export interface GoneResult {
  /** Marked just now. */
  readonly gone: number;
  /** Why others could not be: the first of them. */
  readonly warnings: readonly EventNote[];
  readonly warned?: number;
  readonly failure?: BatchFailure;
}

export interface FinishInput {
  readonly feed: string;
  readonly importId: string;
  /** False: it was ended early; only what it put aside is cleared away. */
  readonly complete: boolean;
  /** Some events did not get their tag: the next import looks at the feed again, whatever its source says. */
  readonly lookAgain?: boolean;
}

export interface FinishedImport {
  readonly rejectedFiles: readonly string[];
  readonly reasons?: string;
  readonly report?: string;
}

export interface ContinuedImport {
  readonly done: number;
  readonly prepared: PreparedFeed;
  readonly nextChunk: number;
  readonly counts: ImportCounts;
  readonly rejects: readonly Reject[];
  readonly warnings: readonly RowNote[];
  readonly written: readonly WrittenEvent[];
  readonly startedAtMs: number;
}

/** The answer of the query `progress`. */
export interface ImportProgress extends ImportCounts {
  readonly stage: 'reading' | 'writing' | 'finishing';
  readonly rows: number;
  /** Events to write, and how many of them are done. */
  readonly toWrite: number;
  readonly done: number;
  readonly writers: number;
  readonly startedAtMs: number;
}
