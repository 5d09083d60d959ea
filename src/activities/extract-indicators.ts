import { LurewatchError } from '../errors/lurewatch-error.js';
import { extractorVersion } from '../indicators/extractor-version.js';
import type { Extraction } from '../indicators/types.js';
import { aroundDamage } from '../ledger/around-damage.js';
import { keys } from '../ledger/keys.js';
import { createRecords, readRecords } from '../ledger/record-set.js';
import { extractionSchema } from '../ledger/records.js';
import { chunks } from '../sinks/in-parallel.js';
import { activitySignal } from './context.js';
import type { Dependencies, Mailbox } from './dependencies.js';

const parsedAtOnce = 16;
const keepEveryMs = 2_000;

/**
 * Parses evidence, each once for each version of the extractor, and keeps what it finds. A record of it that is damaged
 * stays as it is, since no record is ever written over: the mail is parsed again, for this time only.
 * @param evidence hashes of what is in the store
 * @param lost hashes of what is not: answered where it was parsed before, else left out
 * @returns what each holds, by hash
 */
export async function extractIndicators(
  dependencies: Dependencies,
  mailbox: Mailbox,
  evidence: readonly string[],
  lost: readonly string[],
): Promise<ReadonlyMap<string, Extraction>> {
  const hashes = [...new Set([...evidence, ...lost])];
  const keyOf = (hash: string) => keys.extraction(extractorVersion, hash);
  const known = await aroundDamage(hashes, (some) =>
    readRecords(dependencies.store, extractionSchema, some.map(keyOf)),
  );
  const found = new Map<string, Extraction>();
  for (const [hash, extraction] of known.sound) if (extraction !== undefined) found.set(hash, extraction);
  const todo = hashes.filter((hash) => !found.has(hash) && !lost.includes(hash));
  let unkept: { readonly key: string; readonly record: Extraction }[] = [];
  let keptAt = performance.now();
  for (const some of chunks(todo, parsedAtOnce)) {
    const jobs = await Promise.all(some.map((hash) => jobFor(dependencies, hash)));
    const parsed = await dependencies.extraction.extractMany(jobs, mailbox.config.limits, activitySignal());
    for (const [index, record] of parsed.entries()) {
      const hash = some[index] ?? '';
      found.set(hash, record);
      unkept.push({ key: keyOf(hash), record });
    }
    // Slow mails: an attempt that runs out of time must not begin with them again.
    if (performance.now() - keptAt < keepEveryMs) continue;
    await createRecords(dependencies.store, unkept);
    unkept = [];
    keptAt = performance.now();
  }
  await createRecords(dependencies.store, unkept);
  return found;
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
