import { extractorVersion } from '../indicators/extractor-version.js';
import type { Extraction } from '../indicators/types.js';
import { aroundDamage } from '../ledger/around-damage.js';
import { keys } from '../ledger/keys.js';
import { createRecords, readRecords } from '../ledger/record-set.js';
import { extractionSchema } from '../ledger/records.js';
import { extractionKey } from '../mail/wanted.js';
import { chunks } from '../sinks/in-parallel.js';
import { activitySignal } from './context.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { withEvidence } from './evidence-jobs.js';
import { wantedOf } from './wanted.js';

const parsedAtOnce = 16;
const keepEveryMs = 2_000;

/**
 * Parses evidence, and keeps what it finds in mails that take long: an attempt that runs out of time must not begin with
 * them again. Of others a record costs more than to parse them once more. One that is damaged stays as it is, since no
 * record is ever written over: the mail is parsed again, for this time only.
 * @param evidence hashes of what is in the store
 * @param lost hashes of what is not: answered where it was parsed before, else left out
 * @param written hashes of what came into the store just now: nobody has parsed it
 * @returns what each holds, by hash
 */
export async function extractIndicators(
  dependencies: Dependencies,
  mailbox: Mailbox,
  evidence: readonly string[],
  lost: readonly string[],
  written: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Extraction>> {
  const hashes = [...new Set([...evidence, ...lost])];
  const wanted = wantedOf(mailbox.config);
  const limits = wanted === undefined ? mailbox.config.limits : { ...mailbox.config.limits, wanted };
  const version = extractionKey(extractorVersion, wanted);
  const keyOf = (hash: string) => keys.extraction(version, hash);
  const older = hashes.filter((hash) => !written.has(hash));
  const known = await aroundDamage(older, (some) => readRecords(dependencies.store, extractionSchema, some.map(keyOf)));
  const found = new Map<string, Extraction>();
  for (const [hash, extraction] of known.sound) if (extraction !== undefined) found.set(hash, extraction);
  const todo = hashes.filter((hash) => !found.has(hash) && !lost.includes(hash));
  let unkept: { readonly key: string; readonly record: Extraction }[] = [];
  let keptAt = performance.now();
  for (const some of chunks(todo, parsedAtOnce)) {
    const parsed = await withEvidence(dependencies.store, some, (jobs) =>
      dependencies.extraction.extractMany(jobs, limits, activitySignal(), mailbox.name),
    );
    for (const [index, record] of parsed.entries()) {
      const hash = some[index] ?? '';
      found.set(hash, record);
      unkept.push({ key: keyOf(hash), record });
    }
    if (performance.now() - keptAt < keepEveryMs) continue;
    await createRecords(dependencies.store, unkept);
    unkept = [];
    keptAt = performance.now();
  }
  return found;
}
