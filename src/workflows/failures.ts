import {
  ActivityFailure,
  ApplicationFailure,
  ContinueAsNew,
  isCancellation,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { statusKey } from '../temporal/search-attribute-keys.js';
import type { BatchFailure } from './types.js';

/**
 * The failure of an activity in the workflow's own words, so that the Web UI and the terminal show what happened and
 * what to do instead of "Activity task failed"; and its status, for whom searches. Everything else passes as it is.
 */
export function withItsOwnWords(error: unknown): unknown {
  if (error instanceof ContinueAsNew) return error;
  upsertSearchAttributes([{ key: statusKey, value: isCancellation(error) ? 'cancelled' : 'failed' }]);
  // A failure of the workflow's own says all of that already, and its details must stay.
  if (error instanceof ApplicationFailure) return error;
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
