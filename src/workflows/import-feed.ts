import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  defineQuery,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { feedKey, statusKey } from '../temporal/search-attribute-keys.js';
import { feedActivities, feedReadingActivities } from './activities.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import type {
  ChunkResult,
  ContinuedImport,
  EventNote,
  FinishedImport,
  GoneInput,
  GoneResult,
  ImportCounts,
  ImportFeedInput,
  ImportFeedResult,
  ImportProgress,
  PreparedFeed,
  Reject,
  RowNote,
  WrittenEvent,
} from './feed-types.js';
import { checkImportFeedInput } from './input.js';
import { importDetails, readingDetails } from './markdown.js';
import { atFeeds, atSink, forWhom } from './routes.js';
import type { BatchFailure } from './types.js';
import { Writers } from './writers.js';

export const progressQuery = defineQuery<ImportProgress>('progress');

/** Of rejects, warnings and written events, so many travel through the history; the store has all. */
const shownOfEach = 100;
/** Of the warnings, so many may be of events without a row: those of rows are not to be crowded out. */
const shownOfEvents = 20;

/** One import of a feed: its source is read, and what is new or changed becomes MISP events. Started by its schedule or by hand. */
export async function importFeed(raw: ImportFeedInput): Promise<ImportFeedResult> {
  const input = checkImportFeedInput(raw);
  upsertSearchAttributes([
    { key: feedKey, value: input.feed },
    { key: statusKey, value: input.dryRun ? 'dry-run' : 'importing' },
  ]);
  try {
    const result = await new Import(input).run();
    const status = result.problems.length > 0 ? 'incomplete' : 'done';
    upsertSearchAttributes([{ key: statusKey, value: status }]);
    return result;
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

class Import {
  readonly #input: ImportFeedInput;
  readonly #startedAtMs: number;
  #prepared: PreparedFeed | undefined;
  #counts: ImportCounts;
  #rejects: readonly Reject[];
  #warnings: readonly RowNote[];
  /** Some events did not get the tag of `tagGone`. */
  #lookAgain = false;
  #eventWarnings: readonly EventNote[] = [];
  #written: readonly WrittenEvent[];
  #stage: ImportProgress['stage'] = 'reading';
  #nextChunk: number;
  #failure: BatchFailure | undefined;
  #writers = 1;
  /** Events to write that came to their end. */
  #done: number;

  constructor(input: ImportFeedInput) {
    const before = input.continued;
    this.#input = input;
    this.#startedAtMs = before?.startedAtMs ?? workflowInfo().startTime.getTime();
    this.#prepared = before?.prepared;
    this.#nextChunk = before?.nextChunk ?? 0;
    this.#done = before?.done ?? 0;
    this.#counts = { created: 0, updated: 0, unchanged: 0, rejected: 0, gone: 0, warned: 0, ...before?.counts };
    this.#rejects = before?.rejects ?? [];
    this.#warnings = before?.warnings ?? [];
    this.#written = before?.written ?? [];
    setHandler(progressQuery, () => this.#progress());
  }

  async run(): Promise<ImportFeedResult> {
    const prepared = this.#prepared ?? (await this.#prepare());
    if (this.#input.dryRun) {
      this.#show(prepared);
      return this.#result(prepared, { rejectedFiles: [] });
    }
    try {
      await this.#write(prepared);
      if (this.#failure === undefined && prepared.plan.marksGone && prepared.problems.length === 0) {
        await this.#markGone(prepared);
      }
    } catch (error) {
      // What was written stands in the ledger: a later import goes on from there.
      if (!(error instanceof ContinueAsNew))
        await CancellationScope.nonCancellable(() => this.#finish(prepared, false));
      throw error;
    }
    const finished = await this.#finish(prepared, this.#failure === undefined);
    if (this.#failure !== undefined) throw this.#failed(this.#failure, this.#result(prepared, finished));
    return this.#result(prepared, finished);
  }

  async #prepare(): Promise<PreparedFeed> {
    const { feed, dryRun, from } = this.#input;
    const summary = `${feed}: read ${from ?? 'the source'} and compare it with what is known`;
    setCurrentDetails(readingDetails(feed, from));
    const parts = { ...(dryRun ? { dryRun } : {}), ...(from === undefined ? {} : { from }) };
    const request = { feed, importId: uuid4(), ...parts };
    const prepared = await feedReadingActivities.prepareFeed.executeWithOptions(
      { summary, ...atFeeds(), ...forWhom(feed) },
      [request],
    );
    this.#prepared = prepared;
    const { created = 0, updated = 0 } = prepared.preview ?? {};
    const { unchanged, rejected } = prepared;
    this.#counts = { ...this.#counts, created, updated, unchanged, rejected, warned: warnedIn(prepared) };
    this.#rejects = prepared.rejects;
    this.#warnings = prepared.warnings;
    return prepared;
  }

  async #write(prepared: PreparedFeed): Promise<void> {
    this.#stage = 'writing';
    const writers = new Writers(prepared.plan.writers);
    this.#writers = writers.allowed;
    this.#show(prepared);
    // A long history is left behind between two chunks: no child or activity is under way then.
    const ended = () =>
      this.#nextChunk >= prepared.chunks || this.#failure !== undefined || workflowInfo().continueAsNewSuggested;
    const lane = async (index: number) => {
      for (;;) {
        // A lane beyond what MISP bears at the moment waits until it bears more.
        await condition(() => index < writers.allowed || ended());
        if (ended()) return;
        const chunk = this.#nextChunk;
        this.#nextChunk += 1;
        const result = await this.#chunk(prepared, chunk);
        this.#account(result);
        writers.learn(result);
        this.#writers = writers.allowed;
        this.#show(prepared);
      }
    };
    // Also where one is cancelled, the others have ended before anything is cleared away.
    const lanes = Array.from({ length: prepared.plan.writers }, (_, index) => lane(index));
    for (const ended of await Promise.allSettled(lanes)) if (ended.status === 'rejected') throw ended.reason;
    if (this.#nextChunk < prepared.chunks && this.#failure === undefined) {
      await continueAsNew<typeof importFeed>({ ...this.#input, continued: this.#continued(prepared) });
    }
  }

  async #chunk({ importId, chunks }: PreparedFeed, chunk: number): Promise<ChunkResult> {
    const { feed } = this.#input;
    const summary = `${feed}: write events, part ${chunk + 1} of ${chunks}`;
    try {
      return await feedActivities.writeFeedEvents.executeWithOptions({ summary, ...toMisp(feed) }, [
        { feed, importId, chunk },
      ]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = asBatchFailure(error);
      log.warn('a part of the feed could not be written', { feed, chunk, code: failure.code });
      return { ...nothing, failure };
    }
  }

  async #markGone({ importId }: PreparedFeed): Promise<void> {
    const { feed } = this.#input;
    const summary = `${feed}: mark events whose rows have left the feed`;
    for (const digit of '0123456789abcdef') {
      const result = await this.#markGoneOf({ feed, importId, digit }, summary);
      if (result.warnings.length > 0) log.warn('some events did not get their tag', { feed, why: result.warnings });
      if (warnedIn(result) > 0) this.#lookAgain = true;
      const { gone, warned } = this.#counts;
      this.#counts = { ...this.#counts, gone: gone + result.gone, warned: warned + warnedIn(result) };
      this.#eventWarnings = [...this.#eventWarnings, ...result.warnings].slice(0, shownOfEvents);
      this.#failure ??= result.failure;
      if (this.#failure !== undefined) return;
    }
  }

  async #markGoneOf(input: GoneInput, summary: string): Promise<GoneResult> {
    try {
      return await feedActivities.markGoneEvents.executeWithOptions({ summary, ...toMisp(input.feed) }, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { gone: 0, warnings: [], warned: 0, failure: asBatchFailure(error) };
    }
  }

  async #finish({ importId }: PreparedFeed, complete: boolean): Promise<FinishedImport> {
    this.#stage = 'finishing';
    const { feed } = this.#input;
    const summary = complete ? `${feed}: keep the report and the rejected rows` : `${feed}: clear away what is left`;
    return feedReadingActivities.finishImport.executeWithOptions({ summary, ...atFeeds(), ...forWhom(feed) }, [
      { feed, importId, complete, ...(this.#lookAgain ? { lookAgain: true } : {}) },
    ]);
  }

  #account(result: ChunkResult): void {
    const { created, updated, unchanged, rejected, warned } = this.#counts;
    this.#counts = {
      ...this.#counts,
      created: created + result.created,
      updated: updated + result.updated,
      unchanged: unchanged + result.unchanged,
      rejected: rejected + result.rejected,
      warned: warned + warnedIn(result),
    };
    this.#rejects = [...this.#rejects, ...result.rejects].slice(0, shownOfEach);
    this.#warnings = [...this.#warnings, ...result.warnings].slice(0, shownOfEach);
    this.#written = [...this.#written, ...result.written].slice(0, shownOfEach);
    this.#done += result.done;
    this.#failure ??= result.failure;
  }

  /** What the Web UI shows from now on. */
  #show(prepared: PreparedFeed): void {
    const { feed, dryRun = false } = this.#input;
    setCurrentDetails(importDetails(feed, dryRun, this.#progress(), this.#problems(prepared)));
  }

  #problems({ problems }: PreparedFeed): readonly BatchFailure[] {
    return this.#failure === undefined ? problems : [this.#failure, ...problems];
  }

  #progress(): ImportProgress {
    const before = this.#prepared;
    return {
      ...this.#counts,
      stage: this.#stage,
      rows: before?.rows ?? 0,
      toWrite: before?.toWrite ?? 0,
      done: this.#done,
      writers: this.#writers,
      startedAtMs: this.#startedAtMs,
    };
  }

  #continued(prepared: PreparedFeed): ContinuedImport {
    const [nextChunk, counts, startedAtMs] = [this.#nextChunk, this.#counts, this.#startedAtMs];
    const [rejects, warnings, written] = [this.#rejects, this.#warnings, this.#written];
    // They have been taken over into the lists beside it.
    return {
      prepared: { ...prepared, rejects: [], warnings: [] },
      done: this.#done,
      nextChunk,
      counts,
      rejects,
      warnings,
      written,
      startedAtMs,
    };
  }

  #result(prepared: PreparedFeed, finished: FinishedImport): ImportFeedResult {
    const { preview } = prepared;
    return {
      feed: this.#input.feed,
      rows: prepared.rows,
      ...this.#counts,
      rejects: this.#rejects,
      ...finished,
      warnings: [...this.#warnings.slice(0, shownOfEach - this.#eventWarnings.length), ...this.#eventWarnings],
      problems: prepared.problems,
      written: this.#written,
      ...(preview === undefined ? {} : { preview: preview.events }),
    };
  }

  #failed({ code, message }: BatchFailure, result: ImportFeedResult): ApplicationFailure {
    return ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [result] });
  }
}

function toMisp(feed: string) {
  return { ...atSink('misp'), ...forWhom(feed) };
}

function warnedIn({
  warnings,
  warned = warnings.length,
}: Pick<GoneResult | ChunkResult, 'warnings' | 'warned'>): number {
  return warned;
}

const nothing: ChunkResult = {
  done: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  rejects: [],
  warnings: [],
  warned: 0,
  written: [],
  msPerEvent: 0,
  troubled: false,
};
