import type { Fate } from '../sinks/fate.js';
import { activityOwner } from './context.js';
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
    return documents.map((document, index): Fate => {
      const { alertId } = document;
      const outcome = outcomes[index];
      if (outcome !== undefined) {
        const reference = outcome.kind === 'delivered' ? outcome.reference : '';
        return { alertId, kind: 'reached', reference, earlier: outcome.owner.runId !== runId };
      }
      return known.wants(document)
        ? { alertId, kind: 'open' }
        : { alertId, kind: 'reached', reference: '', earlier: false };
    });
  };
}
