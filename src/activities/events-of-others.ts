import type { Feed } from '../feeds/feed.js';
import type { RejectedRow, SourceRow } from '../feeds/types.js';
import type { Ledger } from '../ledger/ledger.js';
import { type EventRevision, type RevisionSink, takenReason } from '../misp/revisions.js';
import type { Sink } from '../sinks/sink.js';
import { firstSends, neverSent } from './sent-before.js';

/**
 * A feed whose events keep the UUIDs that others gave them may name any event in MISP: an alert, what an analyst made,
 * what was shared with that partner. It writes those that it added itself, and no others.
 */

/**
 * Those of these events, by UUID, that MISP has and this feed never wrote. Looked at before anything is claimed, so that
 * a claim says: when it was made the event was not there, or was the feed's own.
 */
export async function eventsOfOthers(
  ledger: Ledger,
  feed: Feed,
  sink: RevisionSink,
  events: readonly { readonly event: { readonly uuid: string } }[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (!feed.asIs || feed.adopts) return new Set();
  const uuids = events.map(({ event }) => event.uuid);
  const unwritten = [...(await neverSent(ledger, feed.name, uuids))];
  if (unwritten.length === 0) return new Set();
  const there = await sink.known(unwritten, signal);
  // Another import of this feed may have added one meanwhile; before that it has claimed it.
  const found = unwritten.filter((uuid) => there.has(uuid.toLowerCase()));
  return neverSent(ledger, feed.name, found);
}

/** The rows of such an event, rejected: each import tries them again. */
export function takenRows(rows: readonly SourceRow[]): readonly RejectedRow[] {
  return rows.map(({ file, row, raw }) => ({ file, row, raw, code: 'LW_ROW_TAKEN', reason: takenReason }));
}

/** MISP, for such a feed: what turns out to be there all the same, at the first request ever made for it, is left. */
export function neverOverOthers(sink: RevisionSink, ledger: Ledger, feed: Feed): Sink<EventRevision> {
  if (!feed.asIs || feed.adopts) return sink;
  const { name, repeats, alertsPerCall, concurrency, inFlightMs } = sink;
  return {
    ...{ name, repeats, alertsPerCall, concurrency, inFlightMs },
    wants: (revision) => sink.wants(revision),
    check: (signal) => sink.check(signal),
    close: async () => undefined,
    send: async (revisions, signal, mayGoOn) => {
      const first = await firstSends(ledger, feed.name, revisions);
      const marked = revisions.map((revision): EventRevision => {
        // Nothing was put there by a revision that was never sent.
        return first.has(revision) ? { ...revision, before: undefined, onlyAdd: true } : revision;
      });
      return sink.send(marked, signal, mayGoOn);
    },
  };
}
