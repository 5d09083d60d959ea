import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';

/** From our giving up until nothing of a request can be on its way any more. */
export const marginMs = 10_000;

/**
 * Several requests within one limit of time.
 * @throws LW_MISP_AMBIGUOUS once it is over
 */
export async function bounded<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (both: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await work(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (isLurewatchError(error) || signal.aborted || !limit.aborted) throw error;
    throw new LurewatchError('LW_MISP_AMBIGUOUS', `not done within ${limitMs} ms`, { where: 'misp', cause: error });
  }
}

/** Once something of the event is in MISP, "certainly not carried out" is no longer true of the call. */
export async function afterwards<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isLurewatchError(error, 'LW_MISP_UNAVAILABLE')) throw error;
    throw new LurewatchError('LW_MISP_AMBIGUOUS', `the event is in MISP, and completing it met: ${error.what}`, {
      where: error.where,
      cause: error,
      retryAfterMs: error.retryAfterMs,
    });
  }
}
