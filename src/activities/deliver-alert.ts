import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Owner } from '../ledger/records.js';
import { attempt, troubleOf } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';

export interface DeliverAlertInput {
  readonly mailbox: string;
  readonly sink: string;
  readonly alertId: string;
  readonly predecessors: readonly Owner[];
}

export type DeliverAlertResult =
  | { readonly kind: 'reached'; readonly reference: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Something a person has to mend first, at the sink or in the configuration. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Brings one alert to one sink. Passing troubles, and another workflow's claim, make it fail and be tried again. */
export function createDeliverAlert(dependencies: Dependencies) {
  return async function deliverAlert({ sink, alertId, predecessors }: DeliverAlertInput): Promise<DeliverAlertResult> {
    const { fates, trouble } = await attempt(dependencies, { sink, alertIds: [alertId], predecessors });
    const fate = fates[0];
    if (fate?.kind === 'reached') return { kind: 'reached', reference: fate.reference };
    if (fate?.kind === 'rejected') return { kind: 'rejected', reason: fate.reason };
    if (trouble?.retryable) throw trouble;
    if (trouble !== undefined) return { kind: 'refused', ...troubleOf(trouble) };
    throw new LurewatchError('LW_CARRIED_ELSEWHERE', `alert ${alertId} is being sent by another workflow`, {
      where: sink === mispSinkName ? 'misp' : `target ${sink}`,
    });
  };
}
