import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';
import type { Activities } from '../activities/create-activities.js';
import type { MailboxGauges } from './mailbox-gauges.js';
import type { Metrics } from './metrics.js';
import { otherCode } from './observed-call.js';

/** The activities as they are; what a listing of a mailbox tells is noted. */
export function observedActivities(activities: Activities, gauges: MailboxGauges): Activities {
  return {
    ...activities,
    async listUnread(input) {
      const page = await activities.listUnread(input);
      gauges.listed(input.mailbox, page);
      return page;
    },
  };
}

/** Stands around what turns errors into failures, so that it sees their codes. */
export function countingInterceptor({ worker }: Metrics): ActivityInterceptorsFactory {
  return ({ info }) => ({ inbound: new FailureCounter(info.activityType, worker.activityFailures) });
}

class FailureCounter implements ActivityInboundCallsInterceptor {
  readonly #activity: string;
  readonly #failures: Metrics['worker']['activityFailures'];

  constructor(activity: string, failures: Metrics['worker']['activityFailures']) {
    this.#activity = activity;
    this.#failures = failures;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      const code = codeOfFailure(error);
      if (code !== undefined) this.#failures.inc({ activity: this.#activity, code });
      throw error;
    }
  }
}

/** Undefined: part of the usual work. */
function codeOfFailure(error: unknown): string | undefined {
  if (error instanceof CancelledFailure) return undefined;
  if (!(error instanceof ApplicationFailure)) return otherCode;
  return error.category === ApplicationFailureCategory.BENIGN ? undefined : (error.type ?? otherCode);
}
