import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { jsonLine } from '../feeds/json-lines.js';
import { keepRejectedRows } from '../feeds/keep-rejected-rows.js';
import { type ReportedEvent, Spool } from '../feeds/spool.js';
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
  return async function finishImport({ feed: name, importId, complete }: FinishInput): Promise<FinishedImport> {
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
      const rejectedFiles = await keepRejectedRows({
        ...{ feed, store, prefix: `${reports}rejected/`, folder, rejects: spool.rejects() },
        heads: new Map(Object.entries(state?.heads ?? {})),
      });
      if (complete && state?.complete) {
        const { mappingHash, rows, events, rejected } = state;
        // What MISP rejected is tried again, also where the source says that nothing has changed.
        const sourceState = (await spool.hasRejectedEvents()) ? {} : state.sourceState;
        const atMs = Date.now();
        await ledger.imports.record({ version: 1, feed: name, mappingHash, sourceState, rows, events, rejected, atMs });
      }
      await spool.markFinished();
      return { ...(await cleared(spool, store, reports)), rejectedFiles };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function cleared(spool: Spool, store: Store, reports: string): Promise<FinishedImport> {
  await spool.clear();
  const kept = await store.list(reports);
  const report = kept.find((key) => key.endsWith('/written.jsonl'));
  const rejectedFiles = kept.filter((key) => key.startsWith(`${reports}rejected/`));
  return { rejectedFiles, ...(report === undefined ? {} : { report }) };
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
