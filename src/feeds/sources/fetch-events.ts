import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLurewatchError, type LurewatchError } from '../../errors/lurewatch-error.js';
import { inParallel } from '../../sinks/in-parallel.js';
import type { FeedFile, RejectedRow } from '../types.js';
import type { ManifestEntry } from './misp-manifest.js';
import type { SavedStream } from './save-stream.js';

export interface EventFetch {
  /** Of this machine, for their files. */
  readonly folder: string;
  /** Of all events together. */
  readonly maxBytes: number;
  /** Of one, unpacked. */
  readonly maxEventBytes: number;
  /** Ends with the time for the whole: what is there by then is taken. */
  readonly ending: AbortSignal;
  /** Ends the import. */
  readonly signal: AbortSignal | undefined;
  readonly nameOf: (entry: ManifestEntry) => string;
  readonly fetchTo: (entry: ManifestEntry, path: string) => Promise<SavedStream>;
}

export interface FetchedEvents {
  /** In the order of the entries. */
  readonly files: readonly FeedFile[];
  readonly rejected: readonly RejectedRow[];
  /** Entries that had their turn in vain. */
  readonly tried: readonly ManifestEntry[];
  /** Why others had no turn; undefined: all had. */
  readonly stopped: string | undefined;
}

const atOnce = 4;
/** So many events in a row without an answer: it is the server then, and not they. */
const outage = 10;

/**
 * Fetches events, a few at once. One that cannot be had is a rejected row, and the others go on; a server that is down,
 * or asks for patience, is left alone.
 * @throws what no event is to blame for, as where this machine cannot keep a file; the signal's reason
 */
export async function fetchEvents(entries: readonly ManifestEntry[], fetch: EventFetch): Promise<FetchedEvents> {
  const files: FeedFile[] = [];
  const rejected: RejectedRow[] = [];
  const tried: ManifestEntry[] = [];
  let stopped: string | undefined;
  let bytes = 0;
  let unanswered = 0;
  await inParallel([...entries.entries()], atOnce, async ([index, entry]) => {
    fetch.signal?.throwIfAborted();
    if (stopped !== undefined) return;
    const name = fetch.nameOf(entry);
    const path = join(fetch.folder, `event-${index}`);
    try {
      const saved = await fetch.fetchTo(entry, path);
      const { uuid, timestamp } = entry;
      files[index] = { name, path, ...saved, listed: { uuid, timestamp, maxBytes: fetch.maxEventBytes } };
      unanswered = 0;
      bytes += saved.sizeBytes;
      if (bytes >= fetch.maxBytes) stopped ??= `\`maxUnpackedBytes\` is ${fetch.maxBytes}`;
    } catch (error) {
      await rm(path, { force: true });
      fetch.signal?.throwIfAborted();
      if (fetch.ending.aborted) {
        stopped ??= 'the time of `timeout` is over';
      } else if (isOfTheEvent(error)) {
        rejected[index] = { file: name, row: 1, raw: '', code: error.code, reason: error.what };
        unanswered = error.retryable ? unanswered + 1 : 0;
        if (error.retryAfterMs !== undefined || unanswered >= outage) stopped ??= `the last answer was: ${error.what}`;
      } else throw error;
      tried.push(entry);
    }
  });
  // Some places are empty.
  return { files: files.filter(isThere), rejected: rejected.filter(isThere), tried, stopped };
}

function isOfTheEvent(error: unknown): error is LurewatchError {
  return isLurewatchError(error) && error.code.startsWith('LW_FEED_');
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
