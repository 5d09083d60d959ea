/** Workflow ids are at most 255 bytes; mailbox names are at most 63 characters and alert ids 26. */
export function deliverMessageId(mailbox: string, alertId: string): string {
  return `deliver-${mailbox}-${alertId}`;
}

/** @param unique made in the workflow: the same in each replay, and another after a reset */
export function ingestBatchId(mailbox: string, unique: string): string {
  return `batch-${mailbox}-${unique}`;
}
