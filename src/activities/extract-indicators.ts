import { LurewatchError } from '../errors/lurewatch-error.js';
import { extractorVersion } from '../indicators/extractor-version.js';
import { keys } from '../ledger/keys.js';
import { createRecords } from '../ledger/record-set.js';
import type { FolderPage } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';
import { messageRecords } from './message-records.js';

export interface ExtractIndicatorsInput extends FolderPage {
  readonly mailbox: string;
}

/** Parses the evidence of a batch, each message once for each version of the extractor, and keeps what it finds. */
export function createExtractIndicators(dependencies: Dependencies) {
  return async function extractIndicators(input: ExtractIndicatorsInput): Promise<{ readonly parsed: number }> {
    const { limits } = mailboxNamed(dependencies, input.mailbox).config;
    const records = await messageRecords(dependencies, input);
    const evidence = [...new Set(records.map((record) => record.evidence))];
    const known = await dependencies.store.readMany(evidence.map((hash) => keys.extraction(extractorVersion, hash)));
    const todo = evidence.filter((_, index) => known[index] === undefined);
    const jobs = await Promise.all(todo.map((hash) => jobFor(dependencies, hash)));
    const extractions = await dependencies.extraction.extractMany(jobs, limits, activitySignal());
    await createRecords(
      dependencies.store,
      extractions.map((record, index) => ({ key: keys.extraction(extractorVersion, todo[index] ?? ''), record })),
    );
    return { parsed: extractions.length };
  };
}

async function jobFor({ store }: Dependencies, hash: string): Promise<{ path: string } | { bytes: Buffer }> {
  const key = keys.evidence(hash);
  const path = store.localPath(key);
  if (path !== undefined) return { path };
  const [bytes] = await store.readMany([key]);
  if (bytes === undefined) {
    throw new LurewatchError('LW_EVIDENCE_MISSING', `the raw message ${hash} is not in the store`);
  }
  return { bytes };
}
