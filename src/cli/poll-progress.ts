import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { note } from './output.js';
import { printableLine, shortened } from './printable.js';

const everyMs = 1000;
/** A busy worker takes up a step within this. */
const pickUpMs = 5_000;
/** PENDING_WORKFLOW_TASK_STATE_SCHEDULED: nobody has taken it so far. */
const scheduled = 1;

/**
 * Shows how a poll is getting on: on a terminal in one line that changes, and anywhere a line for each trouble that is
 * being retried, so that nobody waits without knowing why.
 */
export function pollProgress(client: Client, workflowId: string): { stop(): void } {
  const startedAt = Date.now();
  const line = process.stderr.isTTY === true;
  const told = new Set<string>();
  let stopped = false;
  let shown = false;

  const clear = () => {
    if (shown) process.stderr.write('\r\x1b[K');
    shown = false;
  };
  const tell = (text: string) => {
    if (told.has(text) || stopped) return;
    told.add(text);
    clear();
    note(text);
  };
  const look = async () => {
    const poll = await client.workflow.getHandle(workflowId).describe();
    const batches = poll.raw.pendingChildren ?? [];
    const described = [poll];
    for (const { workflowId: id } of batches.slice(0, 4)) {
      if (id) described.push(await client.workflow.getHandle(id).describe());
    }
    for (const trouble of described.flatMap(troubles)) tell(`still trying: ${trouble}`);
    if (waitsForWorker(poll)) tell(`still waiting for a worker on task queue ${poll.taskQueue} to take up the poll`);
    if (!line || stopped) return;
    clear();
    const steps = [...new Set(described.flatMap(stepsOf))].join(', ') || 'waiting';
    const parts = [
      `${Math.round((Date.now() - startedAt) / 1000)} s`,
      ...(batches.length === 0 ? [] : [`${batches.length} batches`]),
      steps,
    ];
    process.stderr.write(shortened(parts.join(' · '), (process.stderr.columns ?? 80) - 1));
    shown = true;
  };
  // Progress is only told: that a look failed, or the poll has ended meanwhile, is no reason to fail.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      clear();
      stopped = true;
    },
  };
}

/** Also right after a worker has ended, while the server still lists it as one that polls. */
function waitsForWorker({ raw }: WorkflowExecutionDescription): boolean {
  const { state, scheduledTime } = raw.pendingWorkflowTask ?? {};
  return state === scheduled && Date.now() - Number(scheduledTime?.seconds ?? 0) * 1000 > pickUpMs;
}

function stepsOf(workflow: WorkflowExecutionDescription): readonly string[] {
  return (workflow.raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
}

function troubles(workflow: WorkflowExecutionDescription): readonly string[] {
  return (workflow.raw.pendingActivities ?? []).flatMap(({ lastFailure, attempt }) => {
    const message = lastFailure?.message;
    return message && (attempt ?? 1) > 1 ? [printableLine(message)] : [];
  });
}
