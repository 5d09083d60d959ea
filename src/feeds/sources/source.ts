import { z } from 'zod';
import type { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FeedFile, LocalFile, RejectedRow, RowWarning } from '../types.js';
import { rememberedListSchema } from './remembered-events.js';

/**
 * What a server said of a file, to be asked whether it changed since; and which of the events that it lists were taken
 * in. Plain JSON, without secrets.
 */
export const sourceStateSchema = z.object({
  /** What the validators are of: a hash of where they came from. */
  of: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Of a source that lists its events. */
  list: rememberedListSchema.optional(),
});
export type SourceState = Readonly<z.output<typeof sourceStateSchema>>;

export type FetchedSource =
  /** The server says that nothing changed since `known` was given. */
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'files';
      /** In the order in which they are read. */
      readonly files: readonly FeedFile[];
      /** Files of a glob that could not be read: the others go on. */
      readonly problems: readonly LurewatchError[];
      /** For the next fetch, once every row of these files has come to its end. */
      readonly state: SourceState;
      /** Of a source that lists its events: the files are of those that are new or changed. */
      readonly listing?: EventListing;
    };

/** What a source says of events that it need not give again. */
export interface EventListing {
  /** Of all events that it lists, in lower case, whether they were fetched or not: any other has left the feed. */
  readonly uuids: readonly string[];
  /** So many of them were taken in by earlier imports and did not change since. */
  readonly unchanged: number;
  /** Entries that name no event. Each of them may stand for any. */
  readonly unnamed: number;
  /** Those entries, and events that could not be fetched. */
  readonly rejected: readonly RejectedRow[];
  readonly warnings: readonly RowWarning[];
}

/** Where the files of a feed come from. */
export interface FeedSource {
  /**
   * Brings the files to this machine, whole or not at all.
   *
   * @param folder an empty folder on this machine: the files lie in it, for as long as the caller keeps it
   * @param known the state of the last fetch, as it was stored; undefined to fetch whatever the server knows of us
   * (also where the mapping of the feed changed since)
   * @throws LW_FEED_UNREADABLE, LW_FEED_UNREACHABLE, LW_FEED_REFUSED, LW_FEED_ADDRESS, LW_FEED_TLS,
   * LW_FEED_TOO_LARGE, LW_FEED_FORMAT, LW_STORE_UNAVAILABLE; the signal's reason where that ended it
   */
  fetch(
    folder: string,
    known: Readonly<Record<string, unknown>> | undefined,
    signal?: AbortSignal,
  ): Promise<FetchedSource>;
  /** Looks whether the files are there and may be read. What it found, a line each, without secrets. Throws as `fetch`. */
  check(signal?: AbortSignal): Promise<readonly string[]>;
  /** The first file, where it lies on this machine already; undefined where it would have to be fetched. */
  first(signal?: AbortSignal): Promise<LocalFile | undefined>;
  close(): Promise<void>;
}
