import { LurewatchError } from '../errors/lurewatch-error.js';
import { aroundDamage } from '../ledger/around-damage.js';
import type { StandingClaim } from '../ledger/deliveries.js';
import { isSound, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Owner } from '../ledger/records.js';
import { mayLandUntilMs } from '../sinks/claiming.js';
import type { Sendable, SendResult, Sink } from '../sinks/sink.js';
import { mispSinkName } from './dependencies.js';

/** What another import has in hand is looked at again after this. */
export const carriedRetryMs = 5_000;

/** A revision of an event, as far as the order of revisions goes. */
export interface Revised extends Sendable {
  /** Made by `revisionId`. */
  readonly alertId: string;
  readonly event: { readonly uuid: string };
}

/**
 * Leaves out those whose event may still be written to under an earlier revision: by another import, or by a request
 * on its way. Together with `neverOverANewerOne` no older revision lands on a newer one: who claims looks for a newer
 * revision afterwards, who makes a revision looks for claims afterwards.
 */
export async function withoutPredecessors<Item extends Revised>(
  { deliveries, revisions: ledger }: Ledger,
  feed: string,
  sink: Sink<Item>,
  owner: Owner,
  isOpen: (owner: Owner) => Promise<boolean>,
  revisions: readonly Item[],
): Promise<{ readonly free: readonly Item[]; readonly inTheWay: LurewatchError | undefined }> {
  const free: Item[] = [];
  let inTheWay: LurewatchError | undefined;
  for (const revision of revisions) {
    const waitMs = await waitForEarlier(revision);
    if (waitMs <= 0) free.push(revision);
    else {
      inTheWay ??= new LurewatchError('LW_CARRIED_ELSEWHERE', 'an earlier change of an event is still under way', {
        where: mispSinkName,
        retryAfterMs: waitMs,
      });
    }
  }
  return { free, inTheWay };

  /** Back to the last that reached MISP. Also under that, an attempt that stood still may have a request on its way. */
  async function waitForEarlier(revision: Revised): Promise<number> {
    const { event, alertId } = revision;
    let waitMs = 0;
    for (let number = numberOf(alertId) - 1; number > 0; number -= 1) {
      const [earlier] = await ledger.find(feed, [{ uuid: event.uuid, number }]);
      if (earlier === undefined) break;
      const sends = await sendsUnder(isSound(earlier) ? revisionId(earlier) : await sameSaid(revision, number));
      // Nobody can read who sent it. It was claimed before this one was made: later, it would have been left.
      if (sends === undefined) return Math.max(waitMs, mayLandUntilMs(sink, await recordOf(revision)) - Date.now());
      const { reached, open } = sends;
      // The latest claim is the one whose answer the outcome is.
      for (const { claim } of reached ? open.slice(0, -1) : open) {
        const ours = claim.owner.workflowId === owner.workflowId && claim.owner.runId === owner.runId;
        if (!reached && !ours && (await isOpen(claim.owner))) return carriedRetryMs;
        waitMs = Math.max(waitMs, mayLandUntilMs(sink, claim) - Date.now());
      }
      if (reached) break;
    }
    return waitMs;
  }

  /** Undefined: a record of it is damaged. */
  async function sendsUnder(
    id: string | undefined,
  ): Promise<{ readonly reached: boolean; readonly open: readonly StandingClaim[] } | undefined> {
    if (id === undefined) return undefined;
    const [reached = false] = await deliveries.reached(mispSinkName, [id]);
    const { sound } = await aroundDamage([id], async () => [await deliveries.openClaims(mispSinkName, id)]);
    const open = sound.get(id);
    return open === undefined ? undefined : { reached, open };
  }

  /** The id of a revision whose record is damaged, where it said what `revision` says, and reached MISP. */
  async function sameSaid(revision: Revised, number: number): Promise<string | undefined> {
    const id = revisionId({ ...(await recordOf(revision)), number });
    const [reached] = await deliveries.reached(mispSinkName, [id]);
    return reached ? id : undefined;
  }

  async function recordOf({ event: { uuid }, alertId }: Revised) {
    const [record] = await ledger.find(feed, [{ uuid, number: numberOf(alertId) }]);
    if (isSound(record)) return record;
    throw record?.damage ?? new LurewatchError('LW_STORE_CORRUPT', `the revision ${alertId} is gone`, { where: feed });
  }
}

/**
 * Looks, once the claim stands, whether the feed says something newer of the event by now; and, before each further
 * request of an update, whether that is being sent. While this claim may be counted upon, who has something newer waits
 * for it: so it is not left half done for a revision that has only been made.
 */
export function neverOverANewerOne<Item extends Revised>(
  sink: Sink<Item>,
  { revisions, deliveries }: Ledger,
  feed: string,
): Sink<Item> {
  return {
    name: sink.name,
    repeats: sink.repeats,
    alertsPerCall: sink.alertsPerCall,
    concurrency: sink.concurrency,
    inFlightMs: sink.inFlightMs,
    wants: (revision) => sink.wants(revision),
    check: (signal) => sink.check(signal),
    close: async () => undefined,
    send: async (items, signal, mayGoOn) => {
      const newer = await findAfter(items, 1);
      const current = items.filter((_, index) => newer[index] === undefined);
      const goOn = async () => {
        await Promise.all([mayGoOn?.(), noNewerOneIsSent(current)]);
      };
      const sent = current.length === 0 ? [] : await sink.send(current, signal, goOn);
      return items.flatMap((item): readonly SendResult[] => {
        const at = current.indexOf(item);
        return at < 0 ? [superseded] : sent.slice(at, at + 1);
      });
    },
  };

  function findAfter(items: readonly Item[], steps: number) {
    const wanted = items.map(({ event: { uuid }, alertId }) => ({ uuid, number: numberOf(alertId) + steps }));
    return revisions.find(feed, wanted);
  }

  async function noNewerOneIsSent(items: readonly Item[]): Promise<void> {
    for (let steps = 1; ; steps += 1) {
      const newer = (await findAfter(items, steps)).filter((found) => found !== undefined);
      if (newer.length === 0) return;
      const claimed = await deliveries.areClaimed(mispSinkName, newer.filter(isSound).map(revisionId));
      // Of one whose record is damaged nobody can say it.
      if (newer.every(isSound) && !claimed.includes(true)) continue;
      throw new LurewatchError('LW_MISP_AMBIGUOUS', 'a newer change of the event is being written: this one stops', {
        where: mispSinkName,
      });
    }
  }
}

const superseded: SendResult = {
  status: 'delivered',
  reference: '',
  action: 'unchanged',
  warnings: [
    { code: 'LW_WARN_SUPERSEDED', reason: 'the feed says something newer of it by now, which another import writes' },
  ],
};

/** Of an id made by `revisionId`. */
export function numberOf(alertId: string): number {
  return Number(alertId.slice(alertId.lastIndexOf('.') + 1));
}
