import type { LurewatchError } from '../errors/lurewatch-error.js';
import { type DamagedRevision, isSound, type Revision, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import { ownContent } from '../misp/revisions.js';
import type { MispEvent } from '../misp/types.js';

/** What a feed says of an event now, as far as it is compared. */
export interface SaidNow {
  readonly event: MispEvent;
  /** SHA-256 (hex) of the event. */
  readonly contentHash: string;
  readonly rows: { readonly length: number };
}

/** What it last said. */
export type LastSaid =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'said'; readonly last: Revision; readonly reached: boolean }
  /**
   * The same as now, and MISP has it; only the record that says so is damaged, and a further revision has to say it.
   * `last` is made of the event; what it left of the revision before it is in `before`.
   */
  | { readonly kind: 'remade'; readonly last: Revision }
  /** Its record is damaged, and nobody can say what stood in it. */
  | { readonly kind: 'damaged'; readonly number: number; readonly damage: LurewatchError };

/**
 * What a feed last said of events, in the order given.
 *
 * Where the latest record of an event cannot be read, the ledger of deliveries may still know what stood in it: an
 * outcome stands under a hash of what its revision said. If there is one for what the feed says now, under that number,
 * the record said just that, and it reached MISP. If not, it may have put anything into MISP: whether that is to be
 * taken out there, and whether a person took out what is missing, is only known once the record is restored.
 */
export async function lastSaid(
  { revisions, deliveries }: Pick<Ledger, 'revisions' | 'deliveries'>,
  feed: string,
  misp: string,
  events: readonly SaidNow[],
): Promise<readonly LastSaid[]> {
  const uuids = events.map(({ event }) => event.uuid);
  const latest = await revisions.latest(feed, uuids);
  const said = events.flatMap((now, index) => {
    const found = latest[index];
    if (found === undefined) return [];
    return [{ now, found, id: revisionId(isSound(found) ? found : { ...found, contentHash: now.contentHash }) }];
  });
  const reached = await deliveries.reached(
    misp,
    said.map(({ id }) => id),
  );
  const answers = new Map<SaidNow, LastSaid>();
  for (const [index, { now, found }] of said.entries()) {
    const there = reached[index] === true;
    if (isSound(found)) answers.set(now, { kind: 'said', last: found, reached: there });
    else if (there) answers.set(now, { kind: 'remade', last: remade(now, found, await before(found)) });
    else answers.set(now, { kind: 'damaged', number: found.number, damage: found.damage });
  }
  return events.map((now) => answers.get(now) ?? { kind: 'nothing' });

  async function before({ uuid, number }: DamagedRevision): Promise<Revision | undefined> {
    const [earlier] = await revisions.find(feed, [{ uuid, number: number - 1 }]);
    return isSound(earlier) ? earlier : undefined;
  }
}

function remade({ event, contentHash, rows }: SaidNow, damaged: DamagedRevision, before?: Revision): Revision {
  const { feed, uuid, number } = damaged;
  const { attributes, objects, tags, marks = {} } = ownContent(event);
  const content = { attributes: [...attributes], objects: [...objects], tags: [...tags], marks };
  return {
    ...{ version: 1, feed, uuid, number, contentHash, content, rows: rows.length, atMs: 0 },
    ...(before === undefined ? {} : { before: before.content }),
  };
}

/** For the rows of an event of which a record is damaged. */
export function keptBackReason(uuid: string, { where = 'the store', what }: LurewatchError): string {
  return `event ${uuid} is kept back until a record of it is restored from a backup, the next import then goes on with it: ${where}: ${what}`;
}
