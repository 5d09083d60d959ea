import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Owner } from '../ledger/records.js';

/** Aborted when the activity is cancelled, times out, or the worker has to stop. */
export function activitySignal(): AbortSignal {
  const signal = Context.current().cancellationSignal;
  // Each request under way listens to it: more than the ten that Node takes for a leak.
  setMaxListeners(0, signal);
  return signal;
}

/** The workflow run that this activity works for. */
export function activityOwner(): Owner {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) throw new LurewatchError('LW_INTERNAL', 'an activity runs outside any workflow');
  return { workflowId: workflowExecution.workflowId, runId: workflowExecution.runId };
}
