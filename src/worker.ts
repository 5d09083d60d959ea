import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { Client } from '@temporalio/client';
import { type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.js';
import { type Dependencies, mispSinkName } from './activities/dependencies.js';
import { activityInterceptors } from './activities/failures.js';
import { type LoadedConfig, resolveAllSecrets } from './config/load-config.js';
import { createFeed, withheldBy } from './feeds/create-feed.js';
import type { Feed } from './feeds/feed.js';
import { clearWorkFolders } from './feeds/work-folder.js';
import { keepHealthFile } from './health/health-file.js';
import { lastPollOf } from './health/last-poll.js';
import { createExtractionPool } from './indicators/extraction-pool.js';
import { openLedger } from './ledger/ledger.js';
import type { Log } from './log/logger.js';
import { temporalLogger } from './log/temporal-logger.js';
import { createSource } from './mail/create-source.js';
import type { MailSource } from './mail/source.js';
import { createMispRevisionSink, createMispSink } from './misp/create-sink.js';
import type { Sink } from './sinks/sink.js';
import { createTarget } from './soar/create-target.js';
import { FileStore } from './store/file-store.js';
import { connectWorker, type TemporalOptions } from './temporal/connect.js';
import { ensureSearchAttributes } from './temporal/search-attributes.js';
import { createWorkflows } from './temporal/workflows.js';
import { bundlePath } from './workflows/bundle-path.js';

export interface WorkerOptions {
  readonly loaded: LoadedConfig;
  readonly temporal?: TemporalOptions;
  /** Aborted: take no new work, let running activities finish within `shutdownGraceTime`, then end. */
  readonly signal: AbortSignal;
  /** Called once the worker polls for work. */
  readonly onReady?: () => void;
  /** Kept up to date while Temporal sees the worker ask for work: what health checks look at. */
  readonly healthFile?: string | undefined;
  /** Puts something around what the activities work with: instrumentation, faults in tests. */
  readonly decorate?: (dependencies: Dependencies) => Dependencies;
}

/** Temporal's runtime is one for the process, and so is its log. Call before anything else of the worker. */
export function installRuntime(log: Log): void {
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
}

/**
 * Runs a worker until it is told to stop. Any number of them, on any machines that reach Temporal and the store, may
 * run at the same time.
 */
export async function runWorker({
  loaded,
  temporal,
  signal,
  onReady,
  healthFile,
  decorate,
}: WorkerOptions): Promise<void> {
  resolveAllSecrets(loaded);
  await clearWorkFolders();
  const { connection, namespace } = await connectWorker(temporal);
  try {
    await ensureSearchAttributes(connection, namespace);
    const dependencies = await openDependencies(loaded, new Client({ connection, namespace }));
    try {
      const worker = await createWorker(loaded, decorate?.(dependencies) ?? dependencies, connection, namespace);
      const stop = () => worker.shutdown();
      if (signal.aborted) return;
      signal.addEventListener('abort', stop, { once: true });
      const running = worker.run();
      const lastPoll = lastPollOf(worker, connection, namespace);
      const health = healthFile === undefined ? undefined : keepHealthFile({ path: healthFile, lastPoll });
      onReady?.();
      await running.finally(async () => {
        signal.removeEventListener('abort', stop);
        await health?.stop();
      });
    } finally {
      await closeDependencies(dependencies);
    }
  } finally {
    await connection.close();
  }
}

async function createWorker(
  { config }: LoadedConfig,
  dependencies: Dependencies,
  connection: NativeConnection,
  namespace: string,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    // A restarted container has the same pid and host name, and the server remembers those that asked for minutes.
    identity: `${process.pid}@${hostname()} ${randomUUID().slice(0, 8)}`,
    taskQueue: config.taskQueue,
    workflowBundle: { codePath: bundlePath },
    activities: createActivities(dependencies),
    interceptors: { activity: [activityInterceptors] },
    // A third of the activities' heartbeat timeout, so that one late report does not count as a death.
    maxHeartbeatThrottleInterval: '5s',
    shutdownGraceTime: config.shutdownGraceTime,
    // Activities that do not heed their cancellation must not keep a worker from ending.
    shutdownForceTime: config.shutdownGraceTime + 10_000,
    // They mostly wait: for a mail server, a sink, or their turn at one. Room for several sinks that never answer: each
    // holds twenty at most (deliver-to-sink.ts, deliver-alert.ts).
    maxConcurrentActivityTaskExecutions: 200,
  });
}

/** Opens everything the activities need. Connections to mail servers and sinks are made when first used. */
export async function openDependencies(loaded: LoadedConfig, client: Client): Promise<Dependencies> {
  const { config, baseFolder } = loaded;
  const secrets = loaded.secret;
  const store = await FileStore.open(loaded.resolve(config.store.path));
  const sources = new Map<string, MailSource>();
  for (const [name, mailbox] of Object.entries(config.mailboxes)) {
    sources.set(name, createSource(name, mailbox, secrets, baseFolder));
  }
  const sinks = new Map<string, Sink>();
  for (const [name, target] of Object.entries(config.targets)) {
    sinks.set(name, createTarget(name, target, secrets, baseFolder));
  }
  if (config.misp !== undefined) sinks.set(mispSinkName, createMispSink(config.misp, secrets, baseFolder));
  const feeds = new Map<string, Feed>();
  const withheld = withheldBy(loaded);
  for (const [name, feed] of Object.entries(config.feeds)) {
    if (config.misp !== undefined) feeds.set(name, createFeed(name, feed, config.misp, secrets, baseFolder, withheld));
  }
  const revisions =
    feeds.size === 0 || config.misp === undefined
      ? undefined
      : createMispRevisionSink(config.misp, secrets, baseFolder);
  return {
    config,
    store,
    ledger: openLedger(store),
    sources,
    sinks,
    feeds,
    revisions,
    extraction: createExtractionPool({ threads: Math.min(4, Math.max(1, availableParallelism() - 1)) }),
    workflows: createWorkflows(client, config.taskQueue),
  };
}

export async function closeDependencies(dependencies: Dependencies): Promise<void> {
  const { sources, sinks, feeds, revisions, extraction, store } = dependencies;
  const feedSources = [...feeds.values()].map(({ source }) => source);
  const held = [...sources.values(), ...sinks.values(), ...feedSources, extraction, ...(revisions ? [revisions] : [])];
  await Promise.allSettled(held.map((each) => each.close()));
  await store.close();
}
