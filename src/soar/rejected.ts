import type { AlertDocument } from '../alerts/types.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { SendResult } from '../sinks/sink.js';

/**
 * What a rejected call means. Several alerts: the caller halves. A single one: what the platform answers to an alert
 * id that it already has is not published, so it is asked before the rejection is believed.
 */
export async function settleRejected(
  documents: readonly AlertDocument[],
  reason: string,
  where: string,
  find: (document: AlertDocument) => Promise<string | undefined>,
): Promise<readonly SendResult[]> {
  const [document, ...others] = documents;
  if (document === undefined) return [];
  if (others.length > 0) throw new LurewatchError('LW_TARGET_REJECTED', reason, { where });
  try {
    const reference = await find(document);
    if (reference !== undefined) return [{ status: 'delivered', reference }];
  } catch (error) {
    // An outage of the look-up says nothing about the alert; a look-up that is refused for good must not hide why.
    if (!(error instanceof LurewatchError) || error.retryable) throw error;
  }
  return [{ status: 'rejected', reason }];
}
