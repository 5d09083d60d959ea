import { activityOwner } from './context.js';
import type { Dependencies } from './dependencies.js';

export interface DiscardAlertInput {
  readonly sink: string;
  readonly alertId: string;
  readonly who: string;
  readonly why: string;
}

/** Records that a person decided against this sink, so that no poll brings the alert up again. */
export function createDiscardAlert({ ledger }: Dependencies) {
  return async function discardAlert({ sink, alertId, who, why }: DiscardAlertInput): Promise<void> {
    const outcome = { version: 1, kind: 'discarded', who, why, owner: activityOwner(), atMs: Date.now() } as const;
    await ledger.deliveries.recordOutcomes(sink, [{ alertId, outcome }]);
  };
}
