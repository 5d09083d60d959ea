import type { DiscardReport } from '../workflows/types.js';
import { activityOwner } from './context.js';
import { type Dependencies, isConfigured } from './dependencies.js';

export interface DiscardAlertInput {
  readonly sink: string;
  readonly alertId: string;
  readonly who: string;
  readonly why: string;
}

/**
 * Records that a person decided against this sink, so that no poll brings the alert up again. Where the sink is gone from
 * the configuration the message goes on to those that its messages go to now (docs/decisions/0016).
 */
export function createDiscardAlert({ ledger, config }: Pick<Dependencies, 'ledger' | 'config'>) {
  return async function discardAlert({ sink, alertId, who, why }: DiscardAlertInput): Promise<DiscardReport> {
    const gone = !isConfigured(config, sink);
    const decided = { version: 1, kind: 'discarded', who, why, owner: activityOwner(), atMs: Date.now() } as const;
    const outcome = gone ? { ...decided, gone } : decided;
    await ledger.deliveries.recordOutcomes(sink, [{ alertId, outcome }]);
    return { gone };
  };
}
