/** Workflow ids are at most 255 bytes; mailbox names are at most 63 characters and alert ids 26. */
export function deliverMessageId(mailbox: string, alertId: string): string {
  return `deliver-${mailbox}-${alertId}`;
}

/** A batch by its poll's run and its place in it: unique, and telling in the Web UI. */
export function ingestBatchId(mailbox: string, runId: string, number: number): string {
  return `batch-${mailbox}-${runId}-${number}`;
}
