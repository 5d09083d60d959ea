import { catalogue, type ErrorCode } from '../../errors/catalogue.js';
import { isErrorCode } from '../../temporal/failure-words.js';

/** Tried again, and yet nothing changes before somebody looks: a message that its server cannot give, a mistake of ours. */
const triedInVain: readonly ErrorCode[] = ['LW_MAIL_PROTOCOL', 'LW_INTERNAL', 'LW_TARGET_ANSWER', 'LW_WORKFLOW_STUCK'];
/** Not tried again by the run that met it, and the next run finds its way. */
const mendedByNextRun: readonly ErrorCode[] = ['LW_MAIL_UIDVALIDITY_CHANGED'];
/** Part of a busy day, and nothing that stands in the way. */
const usual: readonly ErrorCode[] = ['LW_SINK_BUSY', 'LW_CARRIED_ELSEWHERE'];
/**
 * What passes by itself and has not passed for so long is an outage that somebody should know of. Less than a day: a
 * namespace may keep what ended for no longer, and what runs once a day has then failed twice.
 */
export const patienceMs = 20 * 60 * 60 * 1000;

/**
 * Whether a run that ended with this code waits for a person.
 * @param lastingMs for how long it has failed; undefined: not for long
 */
export function needsPerson(code: string | undefined, lastingMs?: number): boolean {
  if (code === undefined || !isErrorCode(code)) return true;
  if (mendedByNextRun.includes(code)) return false;
  if (triedInVain.includes(code) || !catalogue[code].retryable) return true;
  return lastingMs !== undefined && lastingMs > patienceMs;
}

export function isUsual(code: string | undefined): boolean {
  return usual.some((one) => one === code);
}

/** The last code that a text names: our messages end with theirs. */
export function codeIn(text: string): string | undefined {
  return [...text.matchAll(/\[(LW_[A-Z_]+)\]/g)].at(-1)?.[1];
}
