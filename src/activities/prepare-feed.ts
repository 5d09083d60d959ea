import { rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { type ChangedEvent, changedEvents } from '../feeds/changed-events.js';
import { ChunkedEvents } from '../feeds/chunked-events.js';
import type { Feed } from '../feeds/feed.js';
import type { FeedHead } from '../feeds/formats/reader.js';
import { keptBackReason } from '../feeds/last-said.js';
import type { CompiledMapping } from '../feeds/mapping/compile.js';
import { type ReadEvent, type ReadRows, readFeed } from '../feeds/read-feed.js';
import { ReadingNotes } from '../feeds/reading-notes.js';
import { SeenEvents } from '../feeds/seen-events.js';
import { lookingAgain, untouchedBy } from '../feeds/sources/remembered-events.js';
import type { EventListing, FetchedSource, SourceState } from '../feeds/sources/source.js';
import { clearAbandonedSpools, Spool } from '../feeds/spool.js';
import { makeWorkFolder } from '../feeds/work-folder.js';
import type { ImportRecord } from '../ledger/feed-imports.js';
import { carriedEach, limitOfSink } from '../queues/limits.js';
import type { ImportPlan, PreparedFeed } from '../workflows/feed-types.js';
import { activityOwner, activitySignal } from './context.js';
import { type Dependencies, feedNamed, mispSinkName, revisionSink } from './dependencies.js';
import { eventsOfOthers, takenRows } from './events-of-others.js';
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
/** Their rows are in memory meanwhile. */
const comparedChars = 8 * 1024 * 1024;

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
      const preparation = new Preparation(dependencies, feed, mapping, folder, input.from !== undefined, last);
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
  readonly #last: ImportRecord | undefined;
  readonly #signal = activitySignal();
  readonly #notes: ReadingNotes;
  readonly #heads = new Map<string, FeedHead>();
  /** What these files do not have has left the feed. */
  #showsGone = false;
  /** Listed events whose files are older than the list. */
  readonly #older: string[] = [];

  /** @param partial what is not in these files has not left the feed */
  constructor(
    dependencies: Dependencies,
    feed: Feed,
    mapping: CompiledMapping,
    folder: string,
    partial: boolean,
    last: ImportRecord | undefined,
  ) {
    this.#dependencies = dependencies;
    this.#feed = feed;
    this.#mapping = mapping;
    this.#folder = folder;
    this.#partial = partial;
    this.#last = last;
    this.#notes = new ReadingNotes(folder);
  }

  async preview(importId: string, fetched: FetchedFiles): Promise<PreparedFeed> {
    const sink = revisionSink(this.#dependencies);
    const previewed = new PreviewedEvents(sink, this.#signal);
    const reading = await this.#read(fetched, async (changed) => {
      for (const { event, rows, damage } of changed) {
        if (damage === undefined) continue;
        const { code } = damage;
        for (const row of rows) await this.#notes.reject({ ...row, code, reason: keptBackReason(event.uuid, damage) });
      }
      const sound = changed.filter(({ damage }) => damage === undefined);
      const taken = await eventsOfOthers(this.#dependencies.ledger, this.#feed, sink, sound, this.#signal);
      const ofOthers = sound.filter(({ event }) => taken.has(event.uuid));
      for (const row of takenRows(ofOthers.flatMap(({ rows }) => rows))) await this.#notes.reject(row);
      await previewed.add(sound.filter(({ event }) => !taken.has(event.uuid)));
    });
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
    const limit = limitOfSink(this.#dependencies.config, mispSinkName);
    const most = limit === undefined ? undefined : carriedEach(limit);
    const chunked = new ChunkedEvents(spool, config.writers, most);
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
    const mappingHash = this.#mapping.hash;
    const sourceState = lookingAgain(fetched.state, this.#last?.sourceState, this.#older, Date.now());
    const latestAtMs = (await this.#forget(fetched, reading.toWrite > 0 || this.#showsGone))?.atMs;
    await spool.putState({ mappingHash, sourceState, rows, events, rejected, complete, latestAtMs, heads });
    return { importId, plan: this.#plan(), ...reading, chunks: chunked.chunks };
  }

  /**
   * Before anything is written: what this import is about to change or to mark is known as it was no longer. It leaves
   * its mark also where there is nothing to forget: another import that read before it then records nothing at its end.
   */
  async #forget({ listing, state }: FetchedFiles, writes: boolean): Promise<ImportRecord | undefined> {
    const last = this.#last;
    if (!writes) return last;
    const { imports } = this.#dependencies.ledger;
    const latest = await imports.latest(this.#feed.name);
    // Where another import ended meanwhile nobody knows which of the two read the newer feed: all is looked at again.
    const alone = latest?.atMs === last?.atMs;
    const atMs = Math.max(Date.now(), (latest?.atMs ?? 0) + 1);
    const sourceState = alone ? this.#stillTrue(listing, state) : {};
    const forgetful = { ...(latest ?? this.#nothingYet()), sourceState, atMs };
    await imports.record(forgetful);
    return alone ? forgetful : last;
  }

  /** Of what is remembered of the source, what holds wherever this import ends. */
  #stillTrue(listing: EventListing | undefined, next: SourceState): ImportRecord['sourceState'] {
    const { mappingHash, sourceState = {} } = this.#last ?? {};
    // Of a single document all is written anew: should this import die, and its server go back to the document of
    // before, that must not pass for what was imported last. Rows of another file are nothing that the source says.
    if (listing === undefined || this.#partial || mappingHash !== this.#mapping.hash) return {};
    return untouchedBy(sourceState, next) ?? sourceState;
  }

  #nothingYet(): ImportRecord {
    const counts = { rows: 0, events: 0, rejected: 0 };
    return { version: 1, feed: this.#feed.name, mappingHash: this.#mapping.hash, sourceState: {}, ...counts, atMs: 0 };
  }

  #plan(): ImportPlan {
    const plan = planOf(this.#feed);
    return { ...plan, marksGone: plan.marksGone && this.#showsGone };
  }

  /** A row that nobody can read may be of any event: then none can be said to have left the feed. */
  #lookForGone(read: ReadRows, { files, listing }: FetchedFiles): void {
    if (this.#partial || this.#feed.config.tagGone === undefined) return;
    const { rows, withoutKey, first } = listing === undefined ? read : listedRows(listing);
    this.#showsGone = rows > 0 && withoutKey === 0;
    if (this.#showsGone) return;
    const why = rows === 0 ? 'no row was read' : `${withoutKey} ${withoutKey === 1 ? 'row' : 'rows'} could not be read`;
    const { file, row } = first ?? { file: files[0]?.name ?? this.#feed.name, row: 1 };
    const reason = `nothing was marked as gone: ${why}`;
    this.#notes.warn([{ file, row, code: 'LW_WARN_NOTHING_GONE', reason }]);
  }

  /** What the list names is not gone, whether it was fetched or not. */
  async #seeListed({ uuids }: EventListing, onSeen: (uuid: string) => Promise<void>): Promise<void> {
    for (const uuid of uuids) {
      const key = this.#mapping.keyOf({ file: '', row: 0, raw: '', fields: { uuid } });
      if (typeof key === 'string') await onSeen(this.#mapping.uuidOf(key));
    }
  }

  async #read(
    fetched: FetchedFiles,
    take: (changed: readonly ChangedEvent[]) => Promise<void>,
    onSeen: (uuid: string) => Promise<void> = async () => undefined,
  ): Promise<Reading> {
    const { files, problems, listing } = fetched;
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
    for (const row of listing?.rejected ?? []) await notes.reject(row);
    notes.warn(listing?.warnings ?? []);
    if (listing !== undefined) await this.#seeListed(listing, onSeen);
    const unread = (listing?.unchanged ?? 0) + (listing?.rejected.length ?? 0);
    const read = readFeed({
      ...{ files, format, mapping: this.#mapping, maxUnpackedBytes, folder: this.#folder, signal: this.#signal },
      onRejected: (row) => notes.reject(row),
      onProblem: (error) => notes.note(error),
      onHead: (file, head) => {
        // Thousands of files of one event each have none.
        if (listing === undefined) this.#heads.set(file, head);
      },
      onProgress: (rows) => {
        counts.rows = unread + rows;
        progress();
      },
      onAllRead: (read) => this.#lookForGone(read, fetched),
      onRejectedGroup: (key) => onSeen(this.#mapping.uuidOf(key)),
      named: this.#partial,
      onOlder: ({ file, row }, { uuid }) => {
        this.#older.push(uuid);
        notes.warn([{ file, row, code: 'LW_WARN_OLDER', reason: 'it is older than the manifest says' }]);
      },
    });
    let together: ReadEvent[] = [];
    let chars = 0;
    // Every row was read before the first event comes: rows that failed by then are of nobody knows which event.
    let incomplete = false;
    for await (const event of read) {
      if (counts.events + together.length === 0 && listing === undefined) {
        incomplete = notes.rejected + notes.problems.length > 0;
      }
      notes.warn(event.warnings);
      await onSeen(event.event.uuid);
      together.push(event);
      chars += event.rows.reduce((sum, { raw }) => sum + raw.length, 0);
      if (together.length < comparedTogether && chars < comparedChars) continue;
      await compare(together);
      together = [];
      chars = 0;
    }
    await compare(together);
    // Where nothing at all could be read, that is the failure of the import, in its own words.
    if (counts.rows === 0 && notes.trouble !== undefined) throw notes.trouble;
    const { rejected, rejects, warnings, warned } = notes;
    const events = counts.events + (listing?.unchanged ?? 0);
    return {
      ...counts,
      events,
      unchanged: events - counts.toWrite,
      rejected,
      rejects,
      warnings,
      warned,
      problems: notes.problems,
    };
  }
}

/** What the list says of the feed as a whole, whatever of it was fetched. */
function listedRows({ uuids, unnamed, rejected }: EventListing): ReadRows {
  return { rows: uuids.length, withoutKey: unnamed, first: unnamed > 0 ? rejected[0] : undefined };
}

function planOf({ config }: Feed): ImportPlan {
  return { writers: config.writers, marksGone: config.tagGone !== undefined };
}

/** Its server says that nothing has changed since the last import, and neither has the mapping. */
function unchangedSource(feed: Feed, importId: string, last: ImportRecord | undefined): PreparedFeed {
  const { rows = 0, events = 0, rejected = 0 } = last ?? {};
  const nothing = { rejects: [], warnings: [], warned: 0, problems: [], chunks: 0, toWrite: 0 };
  const plan = { ...planOf(feed), marksGone: false };
  return { importId, plan, rows, events, unchanged: events, rejected, ...nothing };
}
