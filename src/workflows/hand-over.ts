import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { alertIdsKey, mailboxKey, statusKey } from '../temporal/search-attribute-keys.js';
import type { deliverMessage } from './deliver-message.js';
import { deliverMessageId } from './ids.js';
import type { AlertRow, BatchMessage, IngestBatchInput, OpenSink } from './types.js';

/** Gives a message to a workflow of its own. False: an open one has it already. */
export async function handOver(
  { mailbox, folder, uidValidity, plan }: IngestBatchInput,
  { uid, alertId }: BatchMessage,
  sinks: readonly OpenSink[],
  row: AlertRow | undefined,
): Promise<boolean> {
  const { workflowId, runId } = workflowInfo();
  const from = row?.from ?? '';
  const subject = row?.subject ?? '';
  try {
    await startChild<typeof deliverMessage>('deliverMessage', {
      workflowId: deliverMessageId(mailbox, alertId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [
        {
          mailbox,
          folder,
          uidValidity,
          uid,
          alertId,
          marks: plan.marks,
          sinks,
          predecessors: [{ workflowId, runId }],
          from,
          subject,
        },
      ],
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
