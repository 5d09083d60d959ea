import { hash } from 'node:crypto';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import { type Revision, saysJust } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MispEvent } from '../misp/types.js';
import { type LastSaid, lastSaid } from './last-said.js';
import type { ReadEvent } from './read-feed.js';

/** An event of which the feed says something that MISP does not have yet. */
export interface ChangedEvent extends ReadEvent {
  readonly contentHash: string;
  /** What the feed last said of it; undefined: nothing so far. */
  readonly last: Revision | undefined;
  /** 0: there was none. */
  readonly lastNumber: number;
  /** Set: the record of what it last said is damaged. It waits until that is restored. */
  readonly damage?: LurewatchError;
  /** What it was made of before and is not now stays: its rows may be missing only because they could not be read. */
  readonly keeps: boolean;
}

export interface ReadingState {
  /** Only a part of the feed was given: nothing that is missing has left it. */
  readonly partial: boolean;
  /** Some rows could not be read, of whatever event they are. */
  readonly incomplete: boolean;
}

/**
 * Those of a feed's events that are new, changed, or did not reach MISP before, and those of which a record is damaged.
 * Looks into the ledger only.
 */
export async function changedEvents(
  ledger: Pick<Ledger, 'revisions' | 'deliveries'>,
  feed: string,
  misp: string,
  events: readonly ReadEvent[],
  state: ReadingState,
): Promise<readonly ChangedEvent[]> {
  if (events.length === 0) return [];
  const compared = events.map((event) => ({ ...event, contentHash: contentHash(event.event) }));
  const said = await lastSaid(ledger, feed, misp, compared);
  return compared.flatMap((event, index) => changeOf(event, said[index] ?? { kind: 'nothing' }, state) ?? []);
}

/** Undefined: MISP has it. */
function changeOf(
  event: ReadEvent & Pick<ChangedEvent, 'contentHash'>,
  before: LastSaid,
  state: ReadingState,
): ChangedEvent | undefined {
  switch (before.kind) {
    case 'nothing':
      return { ...event, last: undefined, lastNumber: 0, keeps: false };
    case 'damaged':
      return { ...event, last: undefined, lastNumber: before.number, keeps: false, damage: before.damage };
    case 'said': {
      const { last, reached } = before;
      const kept = keeps(event, last, state);
      if (reached && saysJust(last, event.contentHash, kept)) return undefined;
      return { ...event, last, lastNumber: last.number, keeps: kept };
    }
    case 'remade': {
      // What it kept from before is not known. All of the feed has to be read, to say it anew.
      if (mayLack(event, state)) return undefined;
      return { ...event, last: before.last, lastNumber: before.last.number, keeps: false };
    }
  }
}

function keeps(event: ReadEvent, last: Revision, state: ReadingState): boolean {
  return state.partial || (mayLack(event, state) && event.rows.length < last.rows);
}

function mayLack({ rejectedRows }: ReadEvent, { partial, incomplete }: ReadingState): boolean {
  return partial || incomplete || rejectedRows > 0;
}

/** Of what the feed says of an event: the mapping gives the same bytes for the same rows. */
export function contentHash(event: MispEvent): string {
  return hash('sha256', JSON.stringify(event));
}
