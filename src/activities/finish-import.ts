import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { jsonLine } from '../feeds/json-lines.js';
import { keepRejectedRows, reasonsKey } from '../feeds/keep-rejected-rows.js';
import { stateAfter, withoutValidators } from '../feeds/sources/remembered-events.js';
import { type SourceState, sourceStateSchema } from '../feeds/sources/source.js';
import { type ReportedEvent, Spool, type SpooledReject } from '../feeds/spool.js';
import { makeWorkFolder } from '../feeds/work-folder.js';
import { keys } from '../ledger/keys.js';
import type { Store } from '../store/store.js';
import type { FinishedImport, FinishInput } from '../workflows/feed-types.js';
import { activitySignal } from './context.js';
import { type Dependencies, feedNamed, revisionSink } from './dependencies.js';

/**
 * The end of an import: keeps the rejected rows in the format of their source, the report of what was written, and the
 * record of the import; then clears away what was put aside. Tried again, it keeps nothing twice.
 */
export function createFinishImport(dependencies: Dependencies) {
  return async function finishImport({
    feed: name,
    importId,
    complete,
    lookAgain = false,
  }: FinishInput): Promise<FinishedImport> {
    const feed = feedNamed(dependencies, name);
    const { store, ledger } = dependencies;
    const spool = new Spool(store, name, importId);
    const reports = keys.reports(name, importId);
    await revisionSink(dependencies).settle(activitySignal());
    // Tried again after a death in the middle of clearing: what is left of the spool is not all that there was.
    if (await spool.isFinished()) return cleared(spool, store, reports);
    const state = await spool.state();
    const folder = await makeWorkFolder();
    try {
      await keepReport(store, `${reports}written.jsonl`, spool.written());
      const fetched = sourceStateSchema.parse(state?.sourceState ?? {});
      const rejectedIn = new Set<string>();
      const rejectedFiles = await keepRejectedRows({
        ...{
          feed,
          store,
          prefix: `${reports}rejected/`,
          folder,
          rejects: mendable(spool.rejects(), fetched, rejectedIn),
        },
        heads: new Map(Object.entries(state?.heads ?? {})),
      });
      const latest = await ledger.imports.latest(name);
      // Where another import was recorded meanwhile, that one stands: what it says may be of a newer feed than this.
      if (complete && state?.complete && latest?.atMs === state.latestAtMs) {
        const { mappingHash, rows, events, rejected } = state;
        // What is left to another import may be of an older feed there: it is looked at again, whatever its source says.
        const unsettled = await spool.unsettledFiles();
        const again = new Set([...rejectedIn, ...unsettled]);
        const anyEvent = unsettled.size > 0 || (await spool.hasRejectedEvents());
        const after = stateAfter(fetched, again, anyEvent, Date.now());
        const sourceState = lookAgain ? withoutValidators(after) : after;
        const atMs = Math.max(Date.now(), (latest?.atMs ?? 0) + 1);
        await ledger.imports.record({ version: 1, feed: name, mappingHash, sourceState, rows, events, rejected, atMs });
      }
      await spool.markFinished();
      return { ...(await cleared(spool, store, reports)), rejectedFiles };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** Of a source that lists its events, all rows go into one file; what was never fetched has nothing to mend. */
async function* mendable(
  rejects: AsyncGenerator<SpooledReject>,
  { list }: SourceState,
  files: Set<string>,
): AsyncGenerator<SpooledReject> {
  for await (const reject of rejects) {
    files.add(reject.file);
    if (list === undefined) yield reject;
    else if (reject.raw !== '') yield { ...reject, file: `${list.base}events.json` };
  }
}

async function cleared(spool: Spool, store: Store, reports: string): Promise<FinishedImport> {
  await spool.clear();
  const kept = await store.list(reports);
  const report = kept.find((key) => key.endsWith('/written.jsonl'));
  const rejectedFiles = kept.filter((key) => key.startsWith(`${reports}rejected/`));
  const reasons = kept.find((key) => key === reasonsKey(`${reports}rejected/`));
  return {
    rejectedFiles,
    ...(reasons === undefined ? {} : { reasons }),
    ...(report === undefined ? {} : { report }),
  };
}

async function keepReport(store: Store, key: string, events: AsyncGenerator<ReportedEvent>): Promise<void> {
  const first = await events.next();
  if (first.done) return;
  async function* lines() {
    yield jsonLine(first.value);
    for await (const event of events) yield jsonLine(event);
  }
  await store.writeStream(Readable.from(lines(), { objectMode: false }), () => key);
}
