import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ImportFeedResult } from '../../src/workflows/feed-types.js';
import type { importFeed } from '../../src/workflows/import-feed.js';
import { Child } from '../child.js';
import { readPollHistory } from '../history.js';
import { cpuBetween, usageOf } from '../process-usage.js';
import type { Site } from '../site.js';
import { presetFile, writeFeedFile } from './feed-files.js';
import { type LeakPostOptions, leakPosts } from './leak-posts.js';

/** One import, from the start of its workflow until it has ended. */
export interface ImportRound {
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Of each activity, all calls together. */
  readonly prepareSeconds: number;
  readonly writeSeconds: number;
  readonly workerCpuSeconds: number | undefined;
  /** Since the worker started. */
  readonly workerPeakMemoryMb: number | undefined;
}

export interface FeedWorkerOptions {
  readonly feeds: readonly string[];
  /** As in lurewatch.yaml. */
  readonly misp: Readonly<Record<string, unknown>>;
  readonly mispKey?: string | undefined;
  /** Parts of a feed in hand at the same time. */
  readonly writers?: number | undefined;
  readonly profileFolder?: string | undefined;
}

/** A worker with a configuration and a store of its own, whose feeds are files that the preset `ransomwatch` reads. */
export class FeedWorker {
  readonly #site: Site;
  readonly #folder: string;
  readonly #taskQueue: string;
  readonly #child: Child;

  private constructor(site: Site, folder: string, taskQueue: string, child: Child) {
    this.#site = site;
    this.#folder = folder;
    this.#taskQueue = taskQueue;
    this.#child = child;
  }

  static async start(site: Site, options: FeedWorkerOptions): Promise<FeedWorker> {
    const { feeds, misp, mispKey, writers, profileFolder } = options;
    const name = randomUUID();
    const folder = join(site.folder, name);
    await mkdir(folder);
    const taskQueue = `bench-${name}`;
    const config = {
      store: { kind: 'file', path: './var' },
      taskQueue,
      misp,
      feeds: Object.fromEntries(
        feeds.map((feed) => [feed, { preset: 'ransomwatch', source: `./${feed}.tsv`, writers }]),
      ),
    };
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, stringify(config));
    const child = await Child.start('./worker-process.js', {
      arguments: [site.temporal.address],
      nodeArguments: profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
      environment: { LUREWATCH_CONFIG: file, ...(mispKey === undefined ? {} : { BENCH_MISP_KEY: mispKey }) },
    });
    return new FeedWorker(site, folder, taskQueue, child);
  }

  /** Puts so many posts in the place where the feed is read. */
  async write(feed: string, rows: number, options: LeakPostOptions = {}): Promise<void> {
    await writeFeedFile(join(this.#folder, `${feed}.tsv`), presetFile(), leakPosts(rows, options));
  }

  async import(feed: string): Promise<ImportRound> {
    const before = await usageOf(this.#child.pid);
    const startedAt = performance.now();
    const handle = await this.#site.client.workflow.start<typeof importFeed>('importFeed', {
      taskQueue: this.#taskQueue,
      workflowId: `${this.#taskQueue}-${feed}-${randomUUID()}`,
      args: [{ feed }],
    });
    const result: ImportFeedResult = await this.#child.whileRunning(handle.result());
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await usageOf(this.#child.pid);
    const { rows, created, updated, unchanged, rejected } = result;
    if (rejected > 0 || created + updated + unchanged !== rows) {
      throw new Error(`of ${rows} rows ${rejected} were rejected: ${JSON.stringify(result.rejects[0])}`);
    }
    const { stages } = await readPollHistory(this.#site.client, handle.workflowId, handle.firstExecutionRunId);
    const secondsOf = (activity: string) => stages.find(({ name }) => name === activity)?.seconds ?? 0;
    return {
      ...{ rows, seconds, rowsPerSecond: rows / seconds, created, updated, unchanged },
      prepareSeconds: secondsOf('prepareFeed'),
      writeSeconds: secondsOf('writeFeedEvents'),
      workerCpuSeconds: cpuBetween(before, after),
      workerPeakMemoryMb: after.peakMemoryMb,
    };
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }
}
