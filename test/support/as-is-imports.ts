import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { createFinishImport } from '../../src/activities/finish-import.js';
import { createMarkGoneEvents } from '../../src/activities/mark-gone-events.js';
import { createPrepareFeed } from '../../src/activities/prepare-feed.js';
import { createWriteFeedEvents } from '../../src/activities/write-feed-events.js';
import { Secret } from '../../src/config/secret.js';
import { feedSchema } from '../../src/feeds/config.js';
import { createFeed } from '../../src/feeds/create-feed.js';
import { hexDigits } from '../../src/feeds/seen-events.js';
import { mispServerSchema } from '../../src/misp/config.js';
import { createMispRevisionSink } from '../../src/misp/create-sink.js';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import { MispFeedSink } from '../../src/misp/feed-sink.js';
import type { RevisionSink } from '../../src/misp/revisions.js';
import type { MispEvent } from '../../src/misp/types.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import type { ChunkResult, GoneResult, PreparedFeed } from '../../src/workflows/feed-types.js';
import { testDependencies } from './dependencies.js';
import { inFolder } from './folder.js';
import { whileListening } from './listening.js';
import { mispDefaults } from './mapping.js';
import { organisation } from './misp-feed.js';
import { MispFeedSite } from './misp-feed-site.js';
import { revision, signal } from './misp-revisions.js';
import { type MispServer, startMispServer } from './misp-server.js';
import { quietActivity } from './quiet-activity.js';

/** Both kinds of MISP, as imports of feeds write to them. */
export interface AnyMisp {
  readonly sink: RevisionSink;
  /** Puts an event there that no feed wrote. */
  put(event: MispEvent): Promise<void>;
  /** All that it holds of an event, as text; undefined: nothing. */
  textOf(uuid: string): Promise<string | undefined>;
}

export async function withMispServer(work: (misp: AnyMisp, server: MispServer) => Promise<void>): Promise<void> {
  const server = await startMispServer();
  const config = mispServerSchema.parse({ url: server.url, key: { env: 'MISP_KEY' }, insecure: true });
  const sink = createMispRevisionSink(config, () => new Secret(server.key), process.cwd());
  try {
    const textOf = async (uuid: string) => {
      const event = server.events.get(uuid);
      return event === undefined ? undefined : JSON.stringify(event);
    };
    await work({ sink, put: (event) => send(sink, event), textOf }, server);
  } finally {
    await sink.close();
    await server.close();
  }
}

export function withMispFolder(work: (misp: AnyMisp) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const sink = new MispFeedRevisionSink({ folder, organisation });
    const textOf = (uuid: string) => readFile(join(folder, `${uuid}.json`), 'utf8').catch(() => undefined);
    await work({ sink, put: (event) => send(sink, event), textOf });
  });
}

async function send(sink: RevisionSink, event: MispEvent): Promise<void> {
  const [result] = await sink.send([revision(event)], signal);
  if (result?.status !== 'delivered') throw new Error(`the event of others was not taken: ${JSON.stringify(result)}`);
}

export interface ImportOptions {
  readonly adopt?: boolean;
  /** With another one all that is known is lost. */
  readonly store?: string;
  readonly sink?: RevisionSink;
  /** Whether workflows that claimed something still run. */
  readonly open?: boolean;
}

export interface Written {
  readonly done: number;
  readonly created: number;
  readonly updated: number;
  /** The codes of rejected rows. */
  readonly rejected: readonly string[];
}

/** Imports of the feed `theirs` of MISP events as they are, step by step, from a server that the test fills. */
export class AsIsImports {
  readonly web: MispFeedSite;
  readonly #folder: string;
  readonly #port: number;
  readonly #misp: AnyMisp;
  readonly #stores = new Map<string, FileStore>();

  constructor(web: MispFeedSite, folder: string, port: number, misp: AnyMisp) {
    this.web = web;
    this.#folder = folder;
    this.#port = port;
    this.#misp = misp;
  }

  async prepare(id: string, options: ImportOptions = {}, dryRun = false): Promise<PreparedFeed> {
    const prepare = createPrepareFeed(await this.#dependencies(options));
    return environment(id).run(prepare, { feed: 'theirs', importId: id, dryRun });
  }

  /** One chunk after the other. */
  async write({ importId, chunks }: PreparedFeed, id: string, options: ImportOptions = {}): Promise<Written> {
    const write = createWriteFeedEvents(await this.#dependencies(options), new SinkUses());
    const results: ChunkResult[] = [];
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      results.push(await environment(id).run(write, { feed: 'theirs', importId, chunk }));
    }
    const sum = (count: (result: ChunkResult) => number) => results.reduce((all, result) => all + count(result), 0);
    return {
      done: sum(({ done }) => done),
      created: sum(({ created }) => created),
      updated: sum(({ updated }) => updated),
      rejected: results.flatMap(({ rejects }) => rejects.map(({ code }) => code)),
    };
  }

  async finish({ importId, plan }: PreparedFeed, id: string, options: ImportOptions = {}): Promise<number> {
    const dependencies = await this.#dependencies(options);
    const mark = createMarkGoneEvents(dependencies, new SinkUses());
    let gone = 0;
    for (const digit of plan.marksGone ? hexDigits : '') {
      const marked: GoneResult = await environment(id).run(mark, { feed: 'theirs', importId, digit });
      gone += marked.gone;
    }
    await environment(id).run(createFinishImport(dependencies), { feed: 'theirs', importId, complete: true });
    return gone;
  }

  /** All steps: what was created and updated, the codes of what was rejected, and how many events were marked. */
  async all(id: string, options: ImportOptions = {}) {
    const prepared = await this.prepare(id, options);
    const { created, updated, rejected } = await this.write(prepared, id, options);
    return { created, updated, rejected, gone: await this.finish(prepared, id, options) };
  }

  async close(): Promise<void> {
    for (const store of this.#stores.values()) await store.close();
  }

  async #dependencies({ adopt, store: name = 'var', sink, open = false }: ImportOptions): Promise<Dependencies> {
    const store = this.#stores.get(name) ?? (await FileStore.open(join(this.#folder, name)));
    this.#stores.set(name, store);
    const source = { url: `http://127.0.0.1:${this.#port}/feed/`, insecure: true, allowPrivate: true };
    const format = { kind: 'misp', ...(adopt === undefined ? {} : { adopt }) };
    const config = feedSchema.parse({ source, format, tagGone: 'left', writers: 1 });
    const withheld = { storeFolder: undefined, files: [] };
    const feed = createFeed('theirs', config, mispDefaults, () => new Secret(''), this.#folder, withheld);
    const workflows = testDependencies(store).workflows;
    return testDependencies(store, {
      feeds: new Map([['theirs', feed]]),
      revisions: sink ?? this.#misp.sink,
      workflows: { ...workflows, isOpen: async () => open, isWorkflowOpen: async () => true },
      // Only its limits are looked at here.
      sinks: new Map([['misp', new MispFeedSink({ folder: join(this.#folder, 'misp'), organisation })]]),
    });
  }
}

export function withAsIsImports(misp: AnyMisp, work: (imports: AsIsImports) => Promise<void>): Promise<void> {
  const web = new MispFeedSite();
  web.tagged = true;
  return whileListening(createServer(web.listener), ({ port }) =>
    inFolder(async (folder) => {
      const imports = new AsIsImports(web, folder, port, misp);
      try {
        await work(imports);
      } finally {
        await imports.close();
      }
    }),
  );
}

/** Each step is an activity of its own, of the import's workflow. */
function environment(id: string): MockActivityEnvironment {
  steps += 1;
  const activityId = `step-${steps}`;
  return quietActivity({ activityId, workflowExecution: { workflowId: id, runId: `${id}-run` } });
}
let steps = 0;
