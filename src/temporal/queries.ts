/** Queries of Temporal's visibility store. */

/** @param taskQueue of our workers: in one namespace there may be others with a mailbox of the same name */
export function openDeliveriesQuery(taskQueue: string, mailbox?: string): string {
  const ours = ["WorkflowType = 'deliverMessage'", "ExecutionStatus = 'Running'", `TaskQueue = ${quoted(taskQueue)}`];
  return [...ours, ...(mailbox === undefined ? [] : [`LurewatchMailbox = ${quoted(mailbox)}`])].join(' AND ');
}

export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
