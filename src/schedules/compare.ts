import { isDeepStrictEqual } from 'node:util';
import {
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
  type Workflow,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { DesiredSchedule } from './desired.js';
import { foundTimesText } from './found-times.js';
import { everyText, specOf, timesText } from './times.js';

type Definition = Pick<ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>, 'spec' | 'action' | 'policies'>;

/** What Temporal has to be told for a schedule, but its state, which belongs to the operators. */
export function definition(desired: DesiredSchedule): Definition {
  return {
    spec: specOf(desired.times),
    action: {
      type: 'startWorkflow',
      workflowType: desired.workflowType,
      workflowId: desired.workflowId,
      taskQueue: desired.taskQueue,
      args: [desired.input],
      staticSummary: desired.summary,
      ...(desired.searchAttribute === undefined
        ? {}
        : { typedSearchAttributes: new TypedSearchAttributes([desired.searchAttribute]) }),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: desired.catchupWindowMs, pauseOnFailure: false },
  };
}

/** How a schedule differs from what is wanted, a line for each difference; somebody may have changed it by hand. */
export function differences(desired: DesiredSchedule, found: ScheduleDescription): readonly string[] {
  const { spec, action, policies } = found;
  const { searchAttribute } = desired;
  const typed = action.typedSearchAttributes;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['times', foundTimesText(spec), timesText(desired.times)],
    ['workflow type', action.workflowType, desired.workflowType],
    ['workflow id', action.workflowId, desired.workflowId],
    ['task queue', action.taskQueue, desired.taskQueue],
    ['input', action.args ?? [], [desired.input]],
    ['summary', action.staticSummary, desired.summary],
    [
      'search attribute',
      searchAttribute !== undefined && typed instanceof TypedSearchAttributes
        ? typed.get(searchAttribute.key)
        : undefined,
      searchAttribute?.value,
    ],
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

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
