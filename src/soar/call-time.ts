import { LurewatchError } from '../errors/lurewatch-error.js';

/** Throws where a further request of the call would begin too late. */
export type InTime = () => void;

/**
 * The clock of one call to a target. Whoever claims an alert next believes that this call has ended `inFlightMs` after
 * its claim, and a call that waits (for a mail from the store, for the room to hold it, for a refusal) may begin its next
 * request late. So each begins within a time that leaves enough of `inFlightMs` for it, or not at all.
 * @param withinMs since now
 * @returns to be asked before each request that changes something; throws LW_TARGET_UNAVAILABLE: it was not sent
 */
export function startCall(withinMs: number, where: string): InTime {
  const beganAtMs = Date.now();
  return () => {
    if (Date.now() - beganAtMs <= withinMs) return;
    const what = 'the mail that goes along, or the refusal of it, took too long for a further request';
    throw new LurewatchError('LW_TARGET_UNAVAILABLE', what, {
      where,
      mend: 'Nothing was carried out: it is tried again. Where that goes on, look after store and target.',
    });
  };
}
