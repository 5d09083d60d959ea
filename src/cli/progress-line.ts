import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { failureWords } from '../temporal/failure-words.js';
import { note } from './output.js';
import { printableLine, shortened } from './printable.js';

const everyMs = 1000;
/** A busy worker takes up a step within this. */
const pickUpMs = 5_000;
/** PENDING_WORKFLOW_TASK_STATE_SCHEDULED: nobody has taken it so far. */
const scheduled = 1;

/** What one look at a running workflow tells. */
export interface Look {
  /** The workflow, and those of its children whose troubles matter. */
  readonly described: readonly WorkflowExecutionDescription[];
  /** Makes the line for a terminal. It may ask the workflow, which answers only where there is a worker. */
  readonly line: () => Promise<string>;
}

/**
 * Shows how a workflow is getting on: on a terminal in one line that changes, and anywhere a line for each trouble that
 * is being retried, so that nobody waits without knowing why.
 * @param look called each second
 */
export function progressLine(client: Client, what: string, look: () => Promise<Look>): { stop(): void } {
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
  const show = async () => {
    const { described, line: makeLine } = await look();
    for (const workflow of described)
      for (const trouble of await troublesOf(client, workflow)) tell(`still trying: ${trouble}`);
    const [first] = described;
    if (first !== undefined && waitsForWorker(first)) {
      tell(`still waiting for a worker on task queue ${first.taskQueue} to take up the ${what}`);
    }
    if (!line || stopped) return;
    const text = await makeLine();
    if (stopped) return;
    clear();
    process.stderr.write(shortened(text, (process.stderr.columns || 80) - 1));
    shown = true;
  };
  // Progress is only told: that a look failed, or the workflow has ended meanwhile, is no reason to fail.
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void show()
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      clear();
      stopped = true;
    },
  };
}

export function describeWorkflow(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  return client.workflow.getHandle(workflowId).describe();
}

/** The names of the activities that are under way. */
export function stepsOf(workflow: WorkflowExecutionDescription): readonly string[] {
  return (workflow.raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
}

/** Also right after a worker has ended, while the server still lists it as one that polls. */
function waitsForWorker({ raw }: WorkflowExecutionDescription): boolean {
  const { state, scheduledTime } = raw.pendingWorkflowTask ?? {};
  return state === scheduled && Date.now() - Number(scheduledTime?.seconds ?? 0) * 1000 > pickUpMs;
}

/** What its activities met and try again, each on one line, also where histories are encrypted. */
export async function troublesOf(client: Client, { raw }: WorkflowExecutionDescription): Promise<readonly string[]> {
  const told: string[] = [];
  for (const { lastFailure, attempt } of raw.pendingActivities ?? []) {
    if (lastFailure == null || (attempt ?? 1) <= 1) continue;
    const words = printableLine(await failureWords(client, lastFailure));
    if (words !== '') told.push(words);
  }
  return told;
}
