import type { Client, WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInterceptorsFactory, WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/create-activities.js';
import type { Dependencies } from '../activities/dependencies.js';
import type { LoadedConfig } from '../config/load-config.js';
import { countHeld } from '../health/count-held.js';
import { watchPolls } from '../health/poll-watch.js';
import { createReadiness, type Readiness } from '../health/readiness.js';
import type { Store } from '../store/store.js';
import { noTracing, type Tracing } from '../tracing/no-tracing.js';
import { ownVersion } from '../version.js';
import { beginAtZero } from './begin-at-zero.js';
import type { TracesConfig } from './config.js';
import { endSinks } from './count-ends.js';
import { HeldGauge } from './held-gauge.js';
import { MailboxGauges } from './mailbox-gauges.js';
import { addProcessMetrics, createMetrics, type Metrics } from './metrics.js';
import { countingInterceptor, observedActivities } from './observed-activities.js';
import { observedDependencies } from './observed-dependencies.js';
import { readSdkMetrics } from './sdk-metrics.js';
import { type Answer, startMonitoringServer } from './server.js';

/** What the worker is asked about once it runs. */
export interface Watched {
  /** See `lastPollOfAll`. */
  readonly lastPoll: () => Promise<string | undefined>;
  readonly store: Pick<Store, 'readMany'>;
  readonly client: Client;
}

/** What a worker takes on so that it can be watched: each part goes to one place of it (src/worker.ts). */
export interface Monitoring {
  /** Where it answers; undefined: nowhere. */
  readonly url: string | undefined;
  readonly client: readonly WorkflowClientInterceptor[];
  dependencies(dependencies: Dependencies): Dependencies;
  activities(activities: Activities): Activities;
  /** Around those that turn errors into failures. */
  readonly activity: readonly ActivityInterceptorsFactory[];
  /** For Workers with workflows, also of a process that nobody watches. */
  readonly workflow: Required<Pick<WorkerOptions, 'sinks' | 'patchActivationCallback'>>;
  /** From now on the process may be ready. */
  watch(watched: Watched): void;
  close(): Promise<void>;
}

export interface MonitoringOptions {
  /** In place of `monitoring.listen`. */
  readonly listen?: string | undefined;
  /** Where Temporal's SDK tells its metrics; undefined: they are left out. */
  readonly sdkMetrics?: string | undefined;
}

/** Measures, traces and answers as configured; without `monitoring` nothing stands around anything. */
export async function startMonitoring(loaded: LoadedConfig, options: MonitoringOptions = {}): Promise<Monitoring> {
  const { monitoring } = loaded.config;
  if (monitoring === undefined) return unwatched(loaded);
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  metrics.worker.info.set({ version: ownVersion(), node: process.versions.node }, 1);
  beginAtZero(metrics, loaded.config);
  const gauges = new MailboxGauges(metrics, loaded.config);
  const tracing = monitoring.traces === undefined ? noTracing : await traced(monitoring.traces, loaded);
  const watch = new Watch(metrics, loaded.config.taskQueue, Object.keys(loaded.config.mailboxes));
  const server = await startMonitoringServer(options.listen ?? monitoring.listen, {
    '/metrics': async () => {
      gauges.refresh();
      const [sdk] = await Promise.all([tellSdk(options.sdkMetrics), watch.refresh()]);
      const body = `${await metrics.registry.metrics()}${sdk}`;
      return { status: 200, type: 'text/plain; version=0.0.4', body };
    },
    '/healthz': async () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/readyz': async () => readinessAnswer(await watch.readiness()),
  });
  return {
    url: server.url,
    client: tracing.client,
    dependencies: (dependencies) => observedDependencies(dependencies, metrics),
    activities: (activities) => observedActivities(activities, gauges),
    activity: [...tracing.activity, countingInterceptor(metrics)],
    workflow: workflowParts(loaded, tracing, { metrics, gauges }),
    watch: (watched) => watch.begin(watched),
    async close() {
      await watch.stop();
      await server.close();
      await tracing.close();
    },
  };
}

/** OpenTelemetry takes a while to load: only who sends traces pays for it. */
async function traced(traces: TracesConfig, loaded: LoadedConfig): Promise<Tracing> {
  const { startTracing } = await import('../tracing/tracing.js');
  return startTracing(traces, loaded);
}

function unwatched(loaded: LoadedConfig): Monitoring {
  return {
    url: undefined,
    client: [],
    dependencies: (dependencies) => dependencies,
    activities: (activities) => activities,
    activity: [],
    workflow: workflowParts(loaded, noTracing),
    watch: () => undefined,
    close: async () => undefined,
  };
}

function workflowParts({ config }: LoadedConfig, tracing: Tracing, counts?: Parameters<typeof endSinks>[1]) {
  return {
    sinks: { ...endSinks(config, counts), ...tracing.sinks },
    patchActivationCallback: tracing.decide,
  };
}

/** What can be told only of a worker that has begun to run. */
class Watch {
  readonly #metrics: Metrics;
  readonly #taskQueue: string;
  readonly #mailboxes: readonly string[];
  #lastSeen: () => number | undefined = () => undefined;
  #held: HeldGauge | undefined;
  #readiness: (() => Promise<Readiness>) | undefined;
  #stop: () => Promise<void> = async () => undefined;

  constructor(metrics: Metrics, taskQueue: string, mailboxes: readonly string[]) {
    this.#metrics = metrics;
    this.#taskQueue = taskQueue;
    this.#mailboxes = mailboxes;
    metrics.worker.lastPoll.set(Date.now() / 1000);
  }

  begin({ lastPoll, store, client }: Watched): void {
    const polls = watchPolls({ lastPoll });
    this.#lastSeen = polls.lastSeen;
    this.#stop = polls.stop;
    this.#readiness = createReadiness({ lastSeen: polls.lastSeen, store });
    this.#held = new HeldGauge(this.#metrics, () => countHeld(client, this.#taskQueue, this.#mailboxes));
  }

  async refresh(): Promise<void> {
    const seen = this.#lastSeen();
    if (seen !== undefined) this.#metrics.worker.lastPoll.set(seen / 1000);
    await this.#held?.refresh();
  }

  readiness(): Promise<Readiness | undefined> {
    return this.#readiness?.() ?? Promise.resolve(undefined);
  }

  async stop(): Promise<void> {
    this.#readiness = undefined;
    await this.#stop();
  }
}

function readinessAnswer(readiness: Readiness | undefined): Answer {
  const body = readiness ?? { ready: false, why: 'the worker starts or ends' };
  return { status: body.ready ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

async function tellSdk(address: string | undefined): Promise<string> {
  return address === undefined ? '' : readSdkMetrics(address);
}
