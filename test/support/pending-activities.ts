import type { Lab } from './lab.js';
import { eventually } from './temporal.js';

interface PendingActivity {
  readonly type: string;
  readonly attempt: number;
  /** Of the attempt before. */
  readonly failure: string;
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
async function pendingActivities(lab: Lab): Promise<readonly PendingActivity[]> {
  const pending: PendingActivity[] = [];
  for (const workflowId of await lab.openWorkflows()) {
    const { raw } = await lab.site.temporal.client.workflow.getHandle(workflowId).describe();
    for (const { activityType, attempt, lastFailure } of raw.pendingActivities ?? []) {
      pending.push({ type: activityType?.name ?? '', attempt: attempt ?? 1, failure: lastFailure?.message ?? '' });
    }
  }
  return pending;
}
