import { isDeepStrictEqual } from 'node:util';
import {
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
  type Workflow,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { mailboxKey } from '../temporal/search-attribute-keys.js';
import type { DesiredSchedule } from './desired.js';

type Definition = Pick<ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>, 'spec' | 'action' | 'policies'>;

/** What Temporal has to be told for a schedule, but its state, which belongs to the operators. */
export function definition(desired: DesiredSchedule): Definition {
  return {
    spec: { intervals: [{ every: desired.everyMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: desired.workflowType,
      workflowId: desired.workflowId,
      taskQueue: desired.taskQueue,
      args: [desired.input],
      staticSummary: desired.summary,
      typedSearchAttributes: new TypedSearchAttributes([{ key: mailboxKey, value: desired.mailbox }]),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: desired.catchupWindowMs, pauseOnFailure: false },
  };
}

/** How a schedule differs from what is wanted, a line for each difference; somebody may have changed it by hand. */
export function differences(desired: DesiredSchedule, found: ScheduleDescription): readonly string[] {
  const { spec, action, policies } = found;
  const typed = action.typedSearchAttributes;
  const interval = spec.intervals?.length === 1 ? spec.intervals[0] : undefined;
  const extra = [spec.calendars, spec.skip].some((list) => (list ?? []).length > 0) || spec.startAt || spec.endAt;
  const times =
    interval === undefined || interval.offset || spec.jitter || extra ? 'times of its own' : everyText(interval.every);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['every', times, everyText(desired.everyMs)],
    ['workflow type', action.workflowType, desired.workflowType],
    ['workflow id', action.workflowId, desired.workflowId],
    ['task queue', action.taskQueue, desired.taskQueue],
    ['input', action.args ?? [], [desired.input]],
    ['summary', action.staticSummary, desired.summary],
    ['search attribute', typed instanceof TypedSearchAttributes ? typed.get(mailboxKey) : undefined, desired.mailbox],
    ['overlap', policies.overlap, ScheduleOverlapPolicy.SKIP],
    ['catch-up window', everyText(policies.catchupWindow), everyText(catchupKept(desired))],
    ['pause on failure', policies.pauseOnFailure, false],
  ];
  return pairs.flatMap(([name, was, wanted]) =>
    isDeepStrictEqual(was, wanted) ? [] : [`${name}: ${shown(was)} → ${shown(wanted)}`],
  );
}

/** Temporal keeps no catch-up window under ten seconds. */
function catchupKept(desired: DesiredSchedule): number {
  return Math.max(desired.catchupWindowMs, 10_000);
}

function everyText(milliseconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds / 1000}s`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
