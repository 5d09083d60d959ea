import { type Client, type ScheduleDescription, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';

/** Cancels what a schedule has started and what has not ended. */
export function endRuns(client: Client, schedule: Pick<ScheduleDescription, 'info'>): Promise<void> {
  return each(client, schedule, (run) => run.cancel());
}

/** The same where no worker may be left that would take notice of it. */
export function terminateRuns(
  client: Client,
  schedule: Pick<ScheduleDescription, 'info'>,
  reason: string,
): Promise<void> {
  return each(client, schedule, (run) => run.terminate(reason));
}

async function each(
  client: Client,
  { info }: Pick<ScheduleDescription, 'info'>,
  end: (run: WorkflowHandle) => Promise<unknown>,
): Promise<void> {
  for (const { workflow } of info.runningActions) {
    try {
      // Without a run id: it may have continued as new since.
      await end(client.workflow.getHandle(workflow.workflowId));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
