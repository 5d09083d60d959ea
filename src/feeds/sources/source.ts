import { z } from 'zod';
import type { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FeedFile, LocalFile } from '../types.js';

/** What a server said of a file, to be asked whether it changed since. Small, plain JSON, without secrets. */
export const sourceStateSchema = z.object({
  /** What the validators are of: a hash of where they came from. */
  of: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
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
    };

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
