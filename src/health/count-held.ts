import type { Client } from '@temporalio/client';

/**
 * How many alerts of each mailbox a sink rejected and a person has to decide about, as Temporal's visibility store has
 * it: it outlives every worker, and may lag behind by seconds. One question where nothing is held.
 */
export async function countHeld(
  client: Client,
  taskQueue: string,
  mailboxes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ours = `TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const held = `WorkflowType = 'deliverMessage' AND ExecutionStatus = 'Running' AND LurewatchStatus = 'held' AND ${ours}`;
  const { count } = await client.workflow.count(held);
  const counts = new Map(mailboxes.map((mailbox) => [mailbox, 0]));
  if (count === 0) return counts;
  for (const mailbox of mailboxes) {
    const of = await client.workflow.count(`${held} AND LurewatchMailbox = '${mailbox}'`);
    counts.set(mailbox, of.count);
  }
  return counts;
}
