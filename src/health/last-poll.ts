import proto, { type temporal } from '@temporalio/proto';
import type { NativeConnection, Worker } from '@temporalio/worker';

// A CommonJS package that Node sees no names of.
const { TaskQueueType } = proto.temporal.api.enums.v1;

type PollerInfo = temporal.api.taskqueue.v1.IPollerInfo;

const answerWithinMs = 10_000;

/**
 * When Temporal last saw a worker ask for work: the server's own word, so that a worker that hangs, is cut off or lost
 * its namespace cannot pass for one that polls. The worker needs an identity that no worker before it had, since a
 * server remembers pollers for some minutes.
 *
 * @returns a question whose answer is a text that changes with each poll; undefined where the server knows of none, or
 * the worker takes no new work
 */
export function lastPollOf(
  worker: Pick<Worker, 'getState' | 'options'>,
  connection: NativeConnection,
  namespace: string,
): () => Promise<string | undefined> {
  return async () => {
    if (worker.getState() !== 'RUNNING') return undefined;
    const { identity, taskQueue, workflowBundle } = worker.options;
    // Under one name there are two queues: one of workflows, one of activities.
    const taskQueueType =
      workflowBundle === undefined ? TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY : TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
    const { pollers } = await connection.withDeadline(Date.now() + answerWithinMs, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      }),
    );
    const ours = (pollers ?? []).find((poller: PollerInfo) => poller.identity === identity);
    return ours?.lastAccessTime == null ? undefined : JSON.stringify(ours.lastAccessTime);
  };
}

/**
 * The same for several Workers of a process: the answer changes once each of them has polled anew, so that one that
 * hangs cannot hide behind the others.
 */
export function lastPollOfAll(
  workers: readonly Pick<Worker, 'getState' | 'options'>[],
  connection: NativeConnection,
  namespace: string,
): () => Promise<string | undefined> {
  const each = workers.map((worker) => lastPollOf(worker, connection, namespace));
  let counted: readonly (string | undefined)[] = [];
  let rounds = 0;
  return async () => {
    const polls = await Promise.all(each.map((lastPoll) => lastPoll()));
    if (polls.includes(undefined)) return undefined;
    if (polls.every((poll, index) => poll !== counted[index])) {
      counted = polls;
      rounds += 1;
    }
    return String(rounds);
  };
}
