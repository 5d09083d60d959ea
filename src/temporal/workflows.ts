import {
  type Client,
  isGrpcServiceError,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import proto from '@temporalio/proto';
import type { OpenDelivery, Workflows } from '../activities/dependencies.js';
import type { Owner } from '../ledger/records.js';
import { scheduleIdOfMailbox } from '../schedules/names.js';
import type { deliverMessage } from '../workflows/deliver-message.js';
import { deliverMessageId } from '../workflows/ids.js';
import type { DeliverMessageInput } from '../workflows/types.js';
import { alertIdsKey, mailboxKey, statusKey } from './search-attribute-keys.js';

// A CommonJS package that Node sees no names of.
const { WorkflowExecutionStatus } = proto.temporal.api.enums.v1;
const openStatuses: readonly unknown[] = [
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED,
];
/** Of gRPC. */
const notFound = 5;

/**
 * Asks Temporal about workflows, and starts those of single messages. Where it is unreachable every method throws, and
 * the activity that asks is tried again.
 * @param taskQueue of our workers: in one namespace there may be others with a mailbox of the same name
 */
export function createWorkflows(client: Client, taskQueue: string): Workflows {
  async function isOpen({ workflowId, runId = '' }: Partial<Owner> & Pick<Owner, 'workflowId'>): Promise<boolean> {
    const { namespace } = client.options;
    try {
      // Not through a handle: that reads the memo too, whose key may be gone while the claim still stands.
      const request = { namespace, execution: { workflowId, runId } };
      const { workflowExecutionInfo } = await client.workflowService.describeWorkflowExecution(request);
      return openStatuses.includes(workflowExecutionInfo?.status);
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== notFound) throw error;
      return isKnown(client, workflowId, runId);
    }
  }
  return {
    isOpen,
    isWorkflowOpen: (workflowId) => isOpen({ workflowId }),
    isInDelivery: (mailbox, alertId) => isOpen({ workflowId: deliverMessageId(mailbox, alertId) }),
    openDeliveries: (mailbox) => openDeliveries(client, taskQueue, mailbox),
    startDelivery: (input, together) => startDelivery(client, taskQueue, input, together),
    askForPoll: (mailbox) => askForPoll(client, mailbox),
  };
}

/** It is not, unless it was started just now: "not found" is also what a server says of a namespace it has lost. */
async function isKnown(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId, runId === '' ? undefined : runId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/**
 * A trigger runs a paused schedule, too, so that is asked first; and not through a handle, which reads memo and input,
 * whose key may be gone. Nor is one left waiting at the server behind a poll that runs: it would run whatever is paused
 * meanwhile. Buffered all the same, for a poll that ends at this moment.
 */
async function askForPoll(client: Client, mailbox: string): Promise<'asked' | 'running' | 'paused' | 'unscheduled'> {
  const { namespace } = client.options;
  const scheduleId = scheduleIdOfMailbox(mailbox);
  try {
    const { schedule, info } = await client.workflowService.describeSchedule({ namespace, scheduleId });
    if (schedule?.state?.paused === true) return 'paused';
    if ((info?.runningWorkflows ?? []).length > 0) return 'running';
    await client.schedule.getHandle(scheduleId).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    return 'asked';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError || (isGrpcServiceError(error) && error.code === notFound)) {
      return 'unscheduled';
    }
    throw error;
  }
}

async function openDeliveries(client: Client, taskQueue: string, mailbox: string): Promise<readonly OpenDelivery[]> {
  const ours = `TaskQueue = '${taskQueue.replaceAll("'", "''")}' AND LurewatchMailbox = '${mailbox}'`;
  const query = `WorkflowType = 'deliverMessage' AND ExecutionStatus = 'Running' AND ${ours}`;
  const found: OpenDelivery[] = [];
  for await (const { memo, searchAttributes } of client.workflow.list({ query })) {
    const { folder, uidValidity, uid, together } = memo ?? {};
    if (typeof folder !== 'string' || typeof uidValidity !== 'string' || typeof uid !== 'string') continue;
    const held = searchAttributes.LurewatchStatus?.[0] === 'held';
    found.push({ folder, uidValidity, uid, held, together: typeof together === 'number' ? together : 1 });
  }
  return found;
}

async function startDelivery(
  client: Client,
  taskQueue: string,
  input: DeliverMessageInput,
  together: number,
): Promise<boolean> {
  const { mailbox, folder, uidValidity, uid, alertId, sinks } = input;
  try {
    await client.workflow.start<typeof deliverMessage>('deliverMessage', {
      taskQueue,
      workflowId: deliverMessageId(mailbox, alertId),
      args: [input],
      priority: { fairnessKey: mailbox },
      // The next poll tells by this which unread messages are being carried, with one question.
      memo: { folder, uidValidity, uid, together },
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
