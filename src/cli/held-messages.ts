import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Decision, DeliveryState } from '../workflows/types.js';
import { type Failure, failureOf } from './report-error.js';

/** A message that a sink rejected and that waits for a person. */
export interface HeldMessage {
  readonly alertId: string;
  readonly mailbox: string;
  readonly workflowId: string;
  readonly since: Date;
  /** What its workflow says; undefined where no worker answered. */
  readonly state: DeliveryState | undefined;
}

export interface Decided {
  readonly alertId: string;
  readonly mailbox: string;
  readonly state?: DeliveryState;
  readonly error?: Failure;
}

const open = "WorkflowType = 'deliverMessage' AND ExecutionStatus = 'Running'";
const alertIdPattern = /^[a-z2-7]{26}$/;

/** All held messages, the longest waiting first. Temporal's list may lag behind by a moment. */
export async function listHeld(client: Client): Promise<readonly HeldMessage[]> {
  const held: HeldMessage[] = [];
  for await (const workflow of client.workflow.list({ query: `LurewatchStatus = 'held' AND ${open}` })) {
    held.push({ ...subjectOf(workflow), since: workflow.startTime, state: await stateOf(client, workflow.workflowId) });
  }
  return held.sort((a, b) => a.since.getTime() - b.since.getTime());
}

/** The open workflows that carry these alerts; the same alert may be held for several mailboxes. */
export async function carriersOf(
  client: Client,
  alertIds: readonly string[],
): Promise<readonly Omit<HeldMessage, 'since' | 'state'>[]> {
  const found = [];
  for (const text of alertIds) {
    const alertId = text.trim().toLowerCase();
    const carriers = [];
    if (alertIdPattern.test(alertId)) {
      const query = `LurewatchAlertIds = '${alertId}' AND ${open}`;
      for await (const workflow of client.workflow.list({ query })) carriers.push(subjectOf(workflow));
    }
    if (carriers.length === 0) {
      throw new LurewatchError('LW_ALERT_UNKNOWN', `no message with the alert id "${text}" is in delivery or held`, {
        mend: '`lurewatch held list` shows what is held, `lurewatch find` what became of an alert.',
      });
    }
    found.push(...carriers);
  }
  return found;
}

/** Gives a decision to the workflow of one message. What it refuses stands in the answer. */
export async function decide(
  client: Client,
  { alertId, mailbox, workflowId }: Pick<HeldMessage, 'alertId' | 'mailbox' | 'workflowId'>,
  verdict: 'retry' | 'discard',
  decision: Decision,
): Promise<Decided> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const state = await handle.executeUpdate<DeliveryState, [Decision]>(verdict, { args: [decision] });
    return { alertId, mailbox, state };
  } catch (error) {
    return { alertId, mailbox, error: failureOf(error) };
  }
}

async function stateOf(client: Client, workflowId: string): Promise<DeliveryState | undefined> {
  try {
    return await client.withDeadline(Date.now() + 10_000, () =>
      client.workflow.getHandle(workflowId).query<DeliveryState>('state'),
    );
  } catch {
    return undefined;
  }
}

function subjectOf({ workflowId, searchAttributes }: WorkflowExecutionInfo) {
  const first = (name: string) => String(searchAttributes[name]?.[0] ?? '');
  return { workflowId, alertId: first('LurewatchAlertIds'), mailbox: first('LurewatchMailbox') };
}
