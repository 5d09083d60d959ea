import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { OpenDelivery, WorkflowLookup } from '../activities/dependencies.js';
import type { Owner } from '../ledger/records.js';
import { deliverMessageId } from '../workflows/ids.js';

/**
 * Asks Temporal about workflows. Unreachable: throws, and the activity that asks is tried again.
 * @param taskQueue of our workers: in one namespace there may be others with a mailbox of the same name
 */
export function createWorkflowLookup(client: Client, taskQueue: string): WorkflowLookup {
  async function isOpen({ workflowId, runId }: Partial<Owner> & Pick<Owner, 'workflowId'>): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(workflowId, runId).describe();
      return status.name === 'RUNNING' || status.name === 'PAUSED';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
  return {
    isOpen,
    isInDelivery: (mailbox, alertId) => isOpen({ workflowId: deliverMessageId(mailbox, alertId) }),
    async openDeliveries(mailbox) {
      const ours = `TaskQueue = '${taskQueue.replaceAll("'", "''")}' AND LurewatchMailbox = '${mailbox}'`;
      const query = `WorkflowType = 'deliverMessage' AND ExecutionStatus = 'Running' AND ${ours}`;
      const found: OpenDelivery[] = [];
      for await (const { memo, searchAttributes } of client.workflow.list({ query })) {
        const { folder, uidValidity, uid } = memo ?? {};
        if (typeof folder !== 'string' || typeof uidValidity !== 'string' || typeof uid !== 'string') continue;
        found.push({ folder, uidValidity, uid, held: searchAttributes.LurewatchStatus?.[0] === 'held' });
      }
      return found;
    },
  };
}
