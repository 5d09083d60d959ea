import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.js';
import type { Dependencies } from './activities/dependencies.js';
import { type LoadedConfig, resolveAllSecrets } from './config/load-config.js';
import { clearWorkFolders } from './feeds/work-folder.js';
import { keepHealthFile } from './health/health-file.js';
import { lastPollOfAll } from './health/last-poll.js';
import type { Log } from './log/logger.js';
import { temporalLogger } from './log/temporal-logger.js';
import { startMonitoring } from './metrics/monitoring.js';
import { sdkTelemetry } from './metrics/sdk-metrics.js';
import { createDataConverter } from './temporal/codec/data-converter.js';
import { connectWorker, type TemporalOptions } from './temporal/connect.js';
import { ensureSearchAttributes } from './temporal/search-attributes.js';
import { createWorkers } from './worker/create-workers.js';
import { closeDependencies, openDependencies } from './worker/open-dependencies.js';
import { partsOf, touchedBy } from './worker/parts.js';
import { runWorkers } from './worker/run-workers.js';
import { deploymentOf } from './worker/versioning.js';

export interface WorkerOptions {
  readonly loaded: LoadedConfig;
  readonly temporal?: TemporalOptions;
  /** Aborted: take no new work, let running activities finish within `shutdownGraceTime`, then end. */
  readonly signal: AbortSignal;
  /** Called once the worker polls for work, with the address of its metrics and health. */
  readonly onReady?: (ready: { readonly monitoring: string | undefined }) => void;
  /** Parts of the work, by name (worker/parts.ts); by default all. */
  readonly only?: readonly string[] | undefined;
  /** Where `versioning` is configured: of the code that runs here. */
  readonly buildId?: string | undefined;
  /** Kept up to date while Temporal sees the worker ask for work: what health checks look at. */
  readonly healthFile?: string | undefined;
  /** Where it answers for its health and metrics, in place of `monitoring.listen`. */
  readonly listen?: string | undefined;
  /** Where Temporal's SDK tells its metrics: as given to `installRuntime`. */
  readonly sdkMetrics?: string | undefined;
  /** Puts something around what the activities work with: instrumentation, faults in tests. */
  readonly decorate?: (dependencies: Dependencies) => Dependencies;
}

/**
 * Temporal's runtime is one for the process, and so is its log. Call before anything else of the worker.
 * @param sdkMetrics `127.0.0.1:port` where its SDK tells its metrics; undefined: nowhere
 */
export function installRuntime(log: Log, sdkMetrics?: string): void {
  const telemetryOptions = sdkMetrics === undefined ? {} : { telemetryOptions: sdkTelemetry(sdkMetrics) };
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [], ...telemetryOptions });
}

/**
 * Runs a worker until it is told to stop: one of Temporal's Workers for each part of the work. Any number of processes,
 * on any machines that reach Temporal and the store, may run at the same time, with all parts or with some.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { loaded, signal, onReady, healthFile, decorate } = options;
  const parts = partsOf(loaded.config, options.only);
  const deployment = deploymentOf(loaded.config, options.buildId);
  const touched = touchedBy(loaded.config, options.only);
  resolveAllSecrets({ ...loaded, config: { ...loaded.config, ...touched } });
  const dataConverter = createDataConverter(loaded);
  await clearWorkFolders();
  const monitoring = await startMonitoring(loaded, options);
  try {
    const { connection, namespace } = await connectWorker(options.temporal);
    try {
      await ensureSearchAttributes(connection, namespace);
      const interceptors = { workflow: [...monitoring.client] };
      const client = new Client({ connection, namespace, dataConverter, interceptors });
      const dependencies = { ...(await openDependencies(loaded, client, touched)), stopping: signal };
      try {
        const workers = await createWorkers(parts, {
          loaded,
          connection,
          namespace,
          dataConverter,
          deployment,
          // Bound once: what they know of how a sink is used holds for the whole process.
          activities: monitoring.activities(
            createActivities(monitoring.dependencies(decorate?.(dependencies) ?? dependencies)),
          ),
          monitoring,
          // A restarted container has the same pid and host name, and the server remembers those that asked for minutes.
          identity: `${process.pid}@${hostname()} ${randomUUID().slice(0, 8)}`,
        });
        await runWorkers(workers, signal, async (running) => {
          const lastPoll = lastPollOfAll(workers, connection, namespace);
          const health = healthFile === undefined ? undefined : keepHealthFile({ path: healthFile, lastPoll });
          monitoring.watch({ lastPoll, store: dependencies.store, client });
          onReady?.({ monitoring: monitoring.url });
          await running.finally(() => health?.stop());
        });
      } finally {
        await closeDependencies(dependencies);
      }
    } finally {
      await connection.close();
    }
  } finally {
    await monitoring.close();
  }
}
