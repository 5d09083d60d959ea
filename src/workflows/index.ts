/** What the worker's bundle holds: Temporal finds workflow types by the names exported here. */
export { deliverMessage } from './deliver-message.js';
export { importFeed } from './import-feed.js';
export { ingestBatch } from './ingest-batch.js';
export { ingestMailbox } from './ingest-mailbox.js';
