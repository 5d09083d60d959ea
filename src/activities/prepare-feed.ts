import { rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { type ChangedEvent, changedEvents } from '../feeds/changed-events.js';
import { ChunkedEvents } from '../feeds/chunked-events.js';
import type { Feed } from '../feeds/feed.js';
import type { FeedHead } from '../feeds/formats/reader.js';
import type { CompiledMapping } from '../feeds/mapping/compile.js';
import { type ReadEvent, type ReadRows, readFeed } from '../feeds/read-feed.js';
import { ReadingNotes } from '../feeds/reading-notes.js';
import { SeenEvents } from '../feeds/seen-events.js';
import type { FetchedSource } from '../feeds/sources/source.js';
import { clearAbandonedSpools, Spool } from '../feeds/spool.js';
import type { FeedFile } from '../feeds/types.js';
import { makeWorkFolder } from '../feeds/work-folder.js';
import type { ImportRecord } from '../ledger/feed-imports.js';
import type { ImportPlan, PreparedFeed } from '../workflows/feed-types.js';
import { activityOwner, activitySignal } from './context.js';
import { type Dependencies, feedNamed, mispSinkName, revisionSink } from './dependencies.js';
import { PreviewedEvents } from './previewed-events.js';
import { showProgress } from './progress.js';

export interface PrepareFeedInput {
  readonly feed: string;
  /** Of the workflow's making. */
  readonly importId: string;
  readonly dryRun?: boolean;
  /** A file to be read instead of the source; what it lacks is not missing. */
  readonly from?: string;
}

type FetchedFiles = Extract<FetchedSource, { kind: 'files' }>;
type Reading = Omit<PreparedFeed, 'importId' | 'plan' | 'chunks' | 'preview'>;

/** Events that are looked up in the ledger together. */
const comparedTogether = 500;

/**
 * Reads a feed to its end, maps its rows, and puts aside in the store what is new or changed, in chunks. Nothing is
 * sent before all of it was read, so a wrong mapping does no harm. Tried again, it begins anew.
 */
export function createPrepareFeed(dependencies: Dependencies) {
  return async function prepareFeed(input: PrepareFeedInput): Promise<PreparedFeed> {
    const feed = feedNamed(dependencies, input.feed);
    const importId = `${input.importId}-${Context.current().info.attempt}`;
    const folder = await makeWorkFolder();
    try {
      const last = await dependencies.ledger.imports.latest(feed.name);
      // A source that did not change gives other events under another mapping.
      const mapping = feed.mapping();
      const same = last?.mappingHash === mapping.hash ? last : undefined;
      const fetched = await (input.from === undefined
        ? feed.source.fetch(folder, same?.sourceState, activitySignal())
        : (await feed.part(input.from)).fetch(folder, undefined, activitySignal()));
      if (fetched.kind === 'unchanged') return unchangedSource(feed, importId, same);
      const preparation = new Preparation(dependencies, feed, mapping, folder, input.from !== undefined);
      return await (input.dryRun ? preparation.preview(importId, fetched) : preparation.spool(importId, fetched));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

class Preparation {
  readonly #dependencies: Dependencies;
  readonly #feed: Feed;
  readonly #mapping: CompiledMapping;
  readonly #folder: string;
  readonly #partial: boolean;
  readonly #signal = activitySignal();
  readonly #notes: ReadingNotes;
  readonly #heads = new Map<string, FeedHead>();
  /** What these files do not have has left the feed. */
  #showsGone = false;

  /** @param partial what is not in these files has not left the feed */
  constructor(dependencies: Dependencies, feed: Feed, mapping: CompiledMapping, folder: string, partial: boolean) {
    this.#dependencies = dependencies;
    this.#feed = feed;
    this.#mapping = mapping;
    this.#folder = folder;
    this.#partial = partial;
    this.#notes = new ReadingNotes(folder);
  }

  async preview(importId: string, fetched: FetchedFiles): Promise<PreparedFeed> {
    const previewed = new PreviewedEvents(revisionSink(this.#dependencies), this.#signal);
    const reading = await this.#read(fetched, (changed) => previewed.add(changed));
    const { preview, created, updated } = previewed;
    const unchanged = reading.unchanged + previewed.unchanged;
    return {
      importId,
      plan: planOf(this.#feed),
      ...reading,
      unchanged,
      chunks: 0,
      preview: { events: preview, created, updated },
    };
  }

  async spool(importId: string, fetched: FetchedFiles): Promise<PreparedFeed> {
    const { store, workflows } = this.#dependencies;
    const { name, config } = this.#feed;
    await clearAbandonedSpools(store, name, workflows.isWorkflowOpen);
    const spool = new Spool(store, name, importId);
    await spool.open(activityOwner().workflowId);
    const chunked = new ChunkedEvents(spool, config.writers);
    const seen = config.tagGone === undefined ? undefined : new SeenEvents(this.#folder);
    const reading = await this.#read(
      fetched,
      (changed) => chunked.add(changed),
      async (uuid) => seen?.add(uuid),
    );
    await chunked.end();
    await seen?.keep(spool);
    const rejects = await this.#notes.end();
    if (rejects !== undefined) await spool.putRejects(rejects);
    const { rows, events, rejected } = reading;
    const complete = reading.problems.length === 0 && !this.#partial;
    const heads = Object.fromEntries(this.#heads);
    const [mappingHash, sourceState] = [this.#mapping.hash, fetched.state];
    await spool.putState({ mappingHash, sourceState, rows, events, rejected, complete, heads });
    return { importId, plan: this.#plan(), ...reading, chunks: chunked.chunks };
  }

  #plan(): ImportPlan {
    const plan = planOf(this.#feed);
    return { ...plan, marksGone: plan.marksGone && this.#showsGone };
  }

  /** A row that nobody can read may be of any event: then none can be said to have left the feed. */
  #lookForGone({ rows, withoutKey, first }: ReadRows, files: readonly FeedFile[]): void {
    if (this.#partial || this.#feed.config.tagGone === undefined) return;
    this.#showsGone = rows > 0 && withoutKey === 0;
    if (this.#showsGone) return;
    const why = rows === 0 ? 'no row was read' : `${withoutKey} ${withoutKey === 1 ? 'row' : 'rows'} could not be read`;
    const { file, row } = first ?? { file: files[0]?.name ?? this.#feed.name, row: 1 };
    this.#notes.warn([{ file, row, reason: `nothing was marked as gone: ${why}` }]);
  }

  async #read(
    { files, problems }: FetchedFiles,
    take: (changed: readonly ChangedEvent[]) => Promise<void>,
    onSeen: (uuid: string) => Promise<void> = async () => undefined,
  ): Promise<Reading> {
    const notes = this.#notes;
    const { name, format, maxUnpackedBytes } = this.#feed;
    const counts = { rows: 0, events: 0, toWrite: 0 };
    const context = Context.current();
    const progress = () => showProgress({ ...counts, rejected: notes.rejected }, context);
    const compare = async (events: readonly ReadEvent[]) => {
      const state = { partial: this.#partial, incomplete };
      const changed = await changedEvents(this.#dependencies.ledger, name, mispSinkName, events, state);
      counts.events += events.length;
      counts.toWrite += changed.length;
      await take(changed);
      progress();
    };
    for (const problem of problems) notes.note(problem);
    const read = readFeed({
      ...{ files, format, mapping: this.#mapping, maxUnpackedBytes, folder: this.#folder, signal: this.#signal },
      onRejected: (row) => notes.reject(row),
      onProblem: (error) => notes.note(error),
      onHead: (file, head) => this.#heads.set(file, head),
      onProgress: (rows) => {
        counts.rows = rows;
        progress();
      },
      onAllRead: (read) => this.#lookForGone(read, files),
      onRejectedGroup: (key) => onSeen(this.#mapping.uuidOf(key)),
      named: this.#partial,
    });
    let together: ReadEvent[] = [];
    // Every row was read before the first event comes: rows that failed by then are of nobody knows which event.
    let incomplete = false;
    for await (const event of read) {
      if (counts.events + together.length === 0) incomplete = notes.rejected + notes.problems.length > 0;
      notes.warn(event.warnings);
      await onSeen(event.event.uuid);
      together.push(event);
      if (together.length < comparedTogether) continue;
      await compare(together);
      together = [];
    }
    await compare(together);
    // Where nothing at all could be read, that is the failure of the import, in its own words.
    if (counts.rows === 0 && notes.trouble !== undefined) throw notes.trouble;
    const { rejected, rejects, warnings } = notes;
    return {
      ...counts,
      unchanged: counts.events - counts.toWrite,
      rejected,
      rejects,
      warnings,
      problems: notes.problems,
    };
  }
}

function planOf({ config }: Feed): ImportPlan {
  return { writers: config.writers, marksGone: config.tagGone !== undefined };
}

/** Its server says that nothing has changed since the last import, and neither has the mapping. */
function unchangedSource(feed: Feed, importId: string, last: ImportRecord | undefined): PreparedFeed {
  const { rows = 0, events = 0, rejected = 0 } = last ?? {};
  const nothing = { rejects: [], warnings: [], problems: [], chunks: 0, toWrite: 0 };
  const plan = { ...planOf(feed), marksGone: false };
  return { importId, plan, rows, events, unchanged: events, rejected, ...nothing };
}
