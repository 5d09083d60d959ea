import type { Counter, Histogram } from 'prom-client';
import { isLurewatchError } from '../errors/lurewatch-error.js';

/** The histogram and the counter of one kind of outside place: a sink, a mailbox, a feed, the store. */
export interface Meters<Label extends string> {
  readonly requests: Histogram<Label>;
  readonly errors: Counter<string>;
}

/** Of an error without a code of ours: one of a dependency, or a cancellation. */
export const otherCode = 'OTHER';

/** An error by its code alone: its words may quote what a server, or a sender, wrote. */
export function codeOf(error: unknown): string {
  return isLurewatchError(error) ? error.code : otherCode;
}

/** Measures one call. The latency counts however it ends; a call that we cancelled ourselves is no error. */
export async function observedCall<Label extends string, Result>(
  { requests, errors }: Meters<Label>,
  labels: Readonly<Record<Label, string>>,
  errorLabels: Readonly<Record<string, string>>,
  call: () => Promise<Result>,
): Promise<Result> {
  const stop = requests.startTimer(labels);
  try {
    return await call();
  } catch (error) {
    if (!isCancellation(error)) errors.inc({ ...errorLabels, code: codeOf(error) });
    throw error;
  } finally {
    stop();
  }
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CancelledFailure');
}
