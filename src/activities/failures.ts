import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure, TemporalFailure } from '@temporalio/common';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  Next,
} from '@temporalio/worker';
import { catalogue, type ErrorKind } from '../errors/catalogue.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { LogAttributes } from './log-attributes.js';
import { progressOf } from './progress.js';
import { inTurn } from './turn.js';

/** For the worker: what stands around each run of an activity. */
export function activityInterceptors(): ActivityInterceptors {
  const attributes = new LogAttributes();
  return { inbound: new FailureInterceptor(attributes), outbound: attributes };
}

/** How often a running activity tells the server that it lives, and so learns of a cancellation. */
const heartbeatEveryMs = 3_000;

/**
 * Stands around every activity: what it throws becomes a Temporal failure whose type is the error's code and which
 * is retried or not as the catalogue says. This is the only place where that is decided.
 */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  readonly #attributes: LogAttributes;

  constructor(attributes: LogAttributes) {
    this.#attributes = attributes;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const context = Context.current();
    this.#attributes.remember(input.args);
    const beat = setInterval(() => context.heartbeat(progressOf(context)), heartbeatEveryMs);
    try {
      return await inTurn(input.args, () => next(input));
    } catch (error) {
      if (context.cancellationSignal.aborted)
        throw new CancelledFailure('the activity was cancelled', [], asError(error));
      throw toFailure(error);
    } finally {
      clearInterval(beat);
    }
  }
}

/** An error as the failure that Temporal shows and acts upon. */
export function toFailure(error: unknown): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  const known = error instanceof LurewatchError ? error : unexpected(error);
  const kind: ErrorKind = catalogue[known.code];
  return ApplicationFailure.create({
    message: known.message,
    type: known.code,
    nonRetryable: !known.retryable,
    ...(kind.benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(known.details === undefined ? {} : { details: [known.details] }),
    ...(known.retryAfterMs === undefined ? {} : { nextRetryDelay: Math.ceil(known.retryAfterMs) }),
    // The cause's own message may quote what a server said; the stack tells where. Neither holds a secret.
    ...(known.cause instanceof Error ? { cause: known.cause } : {}),
  });
}

function unexpected(error: unknown): LurewatchError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LurewatchError('LW_INTERNAL', what, { cause: error });
}

function asError(error: unknown): Error | undefined {
  return error instanceof Error ? error : undefined;
}
