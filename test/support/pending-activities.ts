import proto from '@temporalio/proto';
import type { Lab } from './lab.js';
import { eventually } from './temporal.js';

const started = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;

export interface PendingActivity {
  readonly type: string;
  readonly state: 'STARTED' | 'SCHEDULED';
  readonly attempt: number;
  /** Of the attempt before. */
  readonly failure: string;
  /** How long it waits for its next attempt. */
  readonly pauseMs: number;
}

/** Resolves when an activity of this type is in its second attempt, or a later one, for this reason. */
export async function retried(lab: Lab, type: string, reason: RegExp): Promise<void> {
  const look = async () => {
    const pending = await pendingActivities(lab);
    return pending.some((one) => one.type === type && one.attempt > 1 && reason.test(one.failure)) || undefined;
  };
  await eventually(look, `${type} is tried again because of ${reason}`);
}

/** Activities that have begun and not ended, of every open workflow. */
export async function pendingActivities(lab: Lab): Promise<readonly PendingActivity[]> {
  const pending: PendingActivity[] = [];
  for (const workflowId of await lab.openWorkflows()) {
    const { raw } = await lab.site.temporal.client.workflow.getHandle(workflowId).describe();
    for (const { activityType, state, attempt, lastFailure, currentRetryInterval } of raw.pendingActivities ?? []) {
      pending.push({
        type: activityType?.name ?? '',
        state: state === started ? 'STARTED' : 'SCHEDULED',
        attempt: attempt ?? 1,
        failure: lastFailure?.message ?? '',
        pauseMs: Number(currentRetryInterval?.seconds ?? 0) * 1_000,
      });
    }
  }
  return pending;
}
