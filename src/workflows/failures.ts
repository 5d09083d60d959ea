import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { BatchFailure } from './types.js';

/**
 * The failure of an activity in the workflow's own words, so that the Web UI and the terminal show what happened and
 * what to do instead of "Activity task failed". Cancellations and everything else pass as they are.
 */
export function withItsOwnWords(error: unknown): unknown {
  const cause = applicationFailure(error);
  if (cause === undefined) return error;
  return ApplicationFailure.create({
    message: cause.message,
    type: cause.type ?? 'LW_INTERNAL',
    nonRetryable: true,
    cause: cause,
  });
}

/** For a poll that goes on with its other batches. */
export function asBatchFailure(error: unknown): BatchFailure {
  const cause = applicationFailure(error);
  if (cause !== undefined) return { code: cause.type ?? 'LW_INTERNAL', message: cause.message };
  return { code: 'LW_INTERNAL', message: error instanceof Error ? innermost(error) : String(error) };
}

function applicationFailure(error: unknown): ApplicationFailure | undefined {
  if (isCancellation(error)) return undefined;
  let current: unknown = error;
  while (current instanceof Error) {
    if (current instanceof ApplicationFailure) return current;
    current = current.cause;
  }
  return undefined;
}

function innermost(error: Error): string {
  let current = error;
  while (current.cause instanceof Error) current = current.cause;
  return error instanceof ActivityFailure ? `${error.activityType}: ${current.message}` : current.message;
}
