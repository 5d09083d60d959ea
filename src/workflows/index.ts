import { deliverMessage as carryMessage } from './deliver-message.js';
import { importFeed as runImport } from './import-feed.js';
import { ingestBatch as carryBatch } from './ingest-batch.js';
import { ingestMailbox as pollMailbox } from './ingest-mailbox.js';
import { batchEnd, importEnd, messageEnd, pollEnd, reporting } from './reporting-ends.js';

export { expireEvidence } from './expire-evidence.js';
export { watchMailbox } from './watch-mailbox.js';

/** What the worker's bundle holds: Temporal finds workflow types by the names exported here. */
export const deliverMessage = reporting(carryMessage, messageEnd);
export const importFeed = reporting(runImport, importEnd);
export const ingestBatch = reporting(carryBatch, batchEnd);
export const ingestMailbox = reporting(pollMailbox, pollEnd);
