import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { OpenDelivery, Workflows } from '../activities/dependencies.js';
import type { Owner } from '../ledger/records.js';
import type { deliverMessage } from '../workflows/deliver-message.js';
import { deliverMessageId } from '../workflows/ids.js';
import type { DeliverMessageInput } from '../workflows/types.js';
import { alertIdsKey, mailboxKey, statusKey } from './search-attribute-keys.js';

/**
 * Asks Temporal about workflows, and starts those of single messages. Where it is unreachable every method throws, and
 * the activity that asks is tried again.
 * @param taskQueue of our workers: in one namespace there may be others with a mailbox of the same name
 */
export function createWorkflows(client: Client, taskQueue: string): Workflows {
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
    isWorkflowOpen: (workflowId) => isOpen({ workflowId }),
    isInDelivery: (mailbox, alertId) => isOpen({ workflowId: deliverMessageId(mailbox, alertId) }),
    openDeliveries: (mailbox) => openDeliveries(client, taskQueue, mailbox),
    startDelivery: (input) => startDelivery(client, taskQueue, input),
  };
}

async function openDeliveries(client: Client, taskQueue: string, mailbox: string): Promise<readonly OpenDelivery[]> {
  const ours = `TaskQueue = '${taskQueue.replaceAll("'", "''")}' AND LurewatchMailbox = '${mailbox}'`;
  const query = `WorkflowType = 'deliverMessage' AND ExecutionStatus = 'Running' AND ${ours}`;
  const found: OpenDelivery[] = [];
  for await (const { memo, searchAttributes } of client.workflow.list({ query })) {
    const { folder, uidValidity, uid } = memo ?? {};
    if (typeof folder !== 'string' || typeof uidValidity !== 'string' || typeof uid !== 'string') continue;
    found.push({ folder, uidValidity, uid, held: searchAttributes.LurewatchStatus?.[0] === 'held' });
  }
  return found;
}

async function startDelivery(client: Client, taskQueue: string, input: DeliverMessageInput): Promise<boolean> {
  const { mailbox, folder, uidValidity, uid, alertId, sinks } = input;
  try {
    await client.workflow.start<typeof deliverMessage>('deliverMessage', {
      taskQueue,
      workflowId: deliverMessageId(mailbox, alertId),
      args: [input],
      // The next poll tells by this which unread messages are being carried, with one question.
      memo: { folder, uidValidity, uid },
      staticSummary: `${mailbox}: message ${uid} of ${folder} to ${sinks.map(({ sink }) => sink).join(', ')}`,
      typedSearchAttributes: [
        { key: mailboxKey, value: mailbox },
        { key: alertIdsKey, value: [alertId] },
        { key: statusKey, value: sinks.some(({ rejected }) => rejected !== undefined) ? 'held' : 'delivering' },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
