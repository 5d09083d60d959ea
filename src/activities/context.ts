import { Context } from '@temporalio/activity';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Owner } from '../ledger/records.js';

/** Aborted when the activity is cancelled, times out, or the worker has to stop. */
export function activitySignal(): AbortSignal {
  return Context.current().cancellationSignal;
}

/** The workflow run that this activity works for. */
export function activityOwner(): Owner {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) throw new LurewatchError('LW_INTERNAL', 'an activity runs outside any workflow');
  return { workflowId: workflowExecution.workflowId, runId: workflowExecution.runId };
}
