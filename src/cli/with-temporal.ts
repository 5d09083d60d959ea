import type { TemporalClient } from '../temporal/connect.js';

/** Gives the work a connection to Temporal, as environment and temporal.toml say, and closes it afterwards. */
export async function withTemporal<T>(work: (temporal: TemporalClient) => Promise<T>): Promise<T> {
  // Loaded only by the commands that need it: that takes most of a second.
  const { connectTemporal } = await import('../temporal/connect.js');
  const temporal = await connectTemporal();
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}

/** TASK_QUEUE_TYPE_WORKFLOW; Temporal's enumeration is not loaded for a number. */
const workflowTasks = 1;
/** A worker asks anew each minute; servers list one for minutes after it has ended. */
const freshMs = 75_000;

/** How many workers asked for work of this task queue just now. */
export async function countWorkers({ connection, namespace }: TemporalClient, taskQueue: string): Promise<number> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: workflowTasks,
  });
  const since = Date.now() - freshMs;
  return (pollers ?? []).filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since).length;
}

export function noWorkers(taskQueue: string): string {
  return `warning: no worker polls the task queue ${taskQueue}, so this waits until one does: start \`lurewatch worker\`.`;
}
