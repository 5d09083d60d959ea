import type { Fate } from '../sinks/fate.js';
import { refusesAllAlike } from '../sinks/refuses-all.js';
import { activityOwner } from './context.js';
import { messagesOf } from './deliver-to-sink.js';
import { type Dependencies, sinkNamed } from './dependencies.js';

export interface ReadFatesInput {
  readonly sink: string;
  readonly alertIds: readonly string[];
}

/** What the ledger knows of alerts at a sink, for a workflow whose delivery ended without an answer. */
export function createReadFates(dependencies: Dependencies) {
  return async function readFates({ sink, alertIds }: ReadFatesInput): Promise<readonly Fate[]> {
    const { runId } = activityOwner();
    const known = sinkNamed(dependencies, sink);
    const documents = await dependencies.ledger.alerts.read(alertIds);
    const outcomes = await dependencies.ledger.deliveries.outcomes(sink, alertIds);
    const fates = documents.map(async (document, index): Promise<Fate> => {
      const { alertId } = document;
      const outcome = outcomes[index];
      if (outcome !== undefined) {
        const reference = outcome.kind === 'delivered' ? outcome.reference : '';
        return { alertId, kind: 'reached', reference, earlier: outcome.owner.runId !== runId };
      }
      if (!known.wants(document)) return { alertId, kind: 'reached', reference: '', earlier: false };
      const standing = await dependencies.ledger.deliveries.latestClaim(sink, alertId);
      // What the sink told another run may have been mended since.
      const rejected = standing?.claim.owner.runId === runId && standing.end?.finalFor !== undefined;
      return rejected ? { alertId, kind: 'rejected', reason: standing.end.reason } : { alertId, kind: 'open' };
    });
    const all = await Promise.all(fates);
    return refusesAllAlike(sink, all, messagesOf(documents))?.fates ?? all;
  };
}
