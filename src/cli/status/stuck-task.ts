import type { temporal } from '@temporalio/proto';
import type { ErrorCode } from '../../errors/catalogue.js';

type PendingTask = temporal.api.workflow.v1.IPendingWorkflowTaskInfo;

/** A worker takes it within a second, and fails one at a rolling restart perhaps. */
const longMs = 5 * 60_000;
const manyAttempts = 5;

/**
 * What keeps a workflow from going on though none of its activities fails: its code does not fit its history, or no
 * worker of its version is there. Its schedule starts nothing beside it.
 *
 * @param task as Temporal describes it; none: it waits for something else
 */
export function stuckTask(
  task: PendingTask | null | undefined,
  nowMs: number,
): { readonly code: ErrorCode; readonly message: string } | undefined {
  if (task === null || task === undefined) return undefined;
  const attempt = Number(task.attempt ?? 1);
  const lastingMs =
    nowMs - 1000 * Number(task.originalScheduledTime?.seconds ?? task.scheduledTime?.seconds ?? nowMs / 1000);
  const what =
    attempt >= manyAttempts
      ? `its workflow task has failed ${attempt - 1} times`
      : lastingMs > longMs
        ? `no worker has taken its workflow task for ${Math.floor(lastingMs / 60_000)} minutes`
        : undefined;
  if (what === undefined) return undefined;
  const message = `${what}: see its last event in the Web UI, and whether workers of its version run. [LW_WORKFLOW_STUCK]`;
  return { code: 'LW_WORKFLOW_STUCK', message };
}
