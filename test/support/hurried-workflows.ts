import { msToNumber } from '@temporalio/common/lib/time.js';
import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Of every wait for a worker and every pause this is left, and no less than lets a worker that is there begin. */
const share = 1 / 600;
const leastMs = 1_000;

/** An interceptor for a bundle of a test's: an hour takes six seconds, fifteen minutes and less about one. */
export function interceptors(): WorkflowInterceptors {
  return {
    outbound: [
      {
        scheduleActivity(input, next) {
          const { scheduleToStartTimeout } = input.options;
          if (scheduleToStartTimeout === undefined) return next(input);
          return next({
            ...input,
            options: { ...input.options, scheduleToStartTimeout: hurried(scheduleToStartTimeout) },
          });
        },
        startTimer: (input, next) => next({ ...input, durationMs: hurried(input.durationMs) }),
      },
    ],
  };
}

function hurried(wait: string | number): number {
  return Math.max(msToNumber(wait) * share, leastMs);
}
