import { patched, sleep } from '@temporalio/workflow';
import { deliverMessage as ours } from '../../src/workflows/deliver-message.js';
import type { DeliverMessageInput, DeliverMessageResult } from '../../src/workflows/types.js';

/** What a later release might be: the same workflows, and a step more in one of them, marked as such changes are. */
export { importFeed } from '../../src/workflows/import-feed.js';
export { ingestBatch } from '../../src/workflows/ingest-batch.js';
export { ingestMailbox } from '../../src/workflows/ingest-mailbox.js';

export async function deliverMessage(input: DeliverMessageInput): Promise<DeliverMessageResult> {
  if (patched('a-later-release')) await sleep(1);
  return ours(input);
}
