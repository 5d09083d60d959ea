import type { WorkflowHandle } from '@temporalio/client';

/** What the Web UI shows under Current details of a run; needs a worker, also where it has ended. */
export async function currentDetails(run: WorkflowHandle): Promise<string> {
  const metadata = await run.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
