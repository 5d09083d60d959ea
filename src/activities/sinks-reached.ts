import type { Dependencies } from './dependencies.js';
import { sinkNamed } from './dependencies.js';

/** Of these alerts, those that have reached every one of the sinks, or were discarded there. */
export async function sinksReached(
  dependencies: Dependencies,
  sinks: readonly string[],
  alertIds: readonly string[],
): Promise<ReadonlySet<string>> {
  let open = [...alertIds];
  const documents = await dependencies.ledger.alerts.find(alertIds);
  const stored = new Map(
    documents.flatMap((document) => (document === undefined ? [] : [[document.alertId, document]])),
  );
  // Without its document an alert was never sent anywhere.
  open = open.filter((alertId) => stored.has(alertId));
  for (const name of sinks) {
    const sink = sinkNamed(dependencies, name);
    const outcomes = await dependencies.ledger.deliveries.outcomes(name, open);
    open = open.filter((alertId, index) => {
      const document = stored.get(alertId);
      return outcomes[index] !== undefined || (document !== undefined && !sink.wants(document));
    });
  }
  return new Set(open);
}
