import { hash } from 'node:crypto';
import { type Revision, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MispEvent } from '../misp/types.js';
import type { ReadEvent } from './read-feed.js';

/** An event of which the feed says something that MISP does not have yet. */
export interface ChangedEvent extends ReadEvent {
  readonly contentHash: string;
  /** What the feed last said of it; undefined: nothing so far. */
  readonly last: Revision | undefined;
  /** What it was made of before and is not now stays: its rows may be missing only because they could not be read. */
  readonly keeps: boolean;
}

export interface ReadingState {
  /** Only a part of the feed was given: nothing that is missing has left it. */
  readonly partial: boolean;
  /** Some rows could not be read, of whatever event they are. */
  readonly incomplete: boolean;
}

/** Those of a feed's events that are new, changed, or did not reach MISP before. Looks into the ledger only. */
export async function changedEvents(
  { revisions, deliveries }: Pick<Ledger, 'revisions' | 'deliveries'>,
  feed: string,
  misp: string,
  events: readonly ReadEvent[],
  state: ReadingState,
): Promise<readonly ChangedEvent[]> {
  if (events.length === 0) return [];
  const latest = await revisions.latest(
    feed,
    events.map(({ event }) => event.uuid),
  );
  const compared = events.map((event, index) => ({
    ...event,
    contentHash: contentHash(event.event),
    last: latest[index],
    keeps: keeps(event, latest[index], state),
  }));
  const same = compared.flatMap(({ contentHash, last }) => (last?.contentHash === contentHash ? [last] : []));
  const outcomes = await deliveries.outcomes(misp, same.map(revisionId));
  const reached = new Set(same.filter((_, index) => outcomes[index] !== undefined));
  return compared.filter(({ last }) => last === undefined || !reached.has(last));
}

function keeps({ rows, rejectedRows }: ReadEvent, last: Revision | undefined, state: ReadingState): boolean {
  if (last === undefined || last.gone === true) return false;
  if (state.partial) return true;
  return (state.incomplete || rejectedRows > 0) && rows.length < last.rows;
}

/** Of what the feed says of an event: the mapping gives the same bytes for the same rows. */
export function contentHash(event: MispEvent): string {
  return hash('sha256', JSON.stringify(event));
}
