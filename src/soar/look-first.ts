import { LurewatchError } from '../errors/lurewatch-error.js';

/**
 * A look-up before anything is sent: trouble with it leaves nothing in doubt, so that nobody has to wait until a request
 * must have landed.
 * @throws LW_TARGET_UNAVAILABLE where the look-up failed in a way that would be ambiguous of a request that sends
 */
export async function lookFirst<Found>(find: () => Promise<Found>, where: string): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof LurewatchError) || error.code !== 'LW_TARGET_AMBIGUOUS') throw error;
    throw new LurewatchError('LW_TARGET_UNAVAILABLE', `the look-up before the first attempt: ${error.what}`, {
      where,
      cause: error,
      retryAfterMs: error.retryAfterMs,
    });
  }
}
