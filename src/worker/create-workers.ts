import type { DataConverter } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerDeploymentOptions, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/create-activities.js';
import { activityInterceptors } from '../activities/failures.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { pushedMailboxes } from '../mail/pushed-mailboxes.js';
import type { Monitoring } from '../metrics/monitoring.js';
import { bundlePathFor } from '../workflows/bundle-path.js';
import type { WorkerPart } from './parts.js';
import { runWorkers } from './run-workers.js';

/** What all Workers of the process share. */
export interface WorkerContext {
  readonly loaded: LoadedConfig;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  /** Undefined: not versioned. */
  readonly deployment: WorkerDeploymentOptions | undefined;
  readonly activities: Activities;
  readonly monitoring: Pick<Monitoring, 'activity' | 'workflow'>;
  readonly identity: string;
}

/**
 * Activities mostly wait: for a mail server, a sink, or their turn at one. So there is room for more than are ever
 * under way, and each sink has its own, which none that hangs can take from another.
 */
const mostActivities = 200;

/** The one place where Temporal's Workers are made. */
export async function createWorkers(parts: readonly WorkerPart[], context: WorkerContext): Promise<readonly Worker[]> {
  const workers: Worker[] = [];
  try {
    for (const part of parts) workers.push(await Worker.create(optionsOf(part, context)));
    return workers;
  } catch (error) {
    // Those that are made hold threads and the connection until they have run.
    await runWorkers(workers, AbortSignal.abort(), (running) => running);
    throw error;
  }
}

/** Whoever listens to a mailbox has a place for hours, and all of them may come to one worker: they take none of mail's. */
export function placesOf({ taskQueue }: Pick<WorkerPart, 'taskQueue'>, config: Config): number {
  return mostActivities + (taskQueue === config.taskQueue ? pushedMailboxes(config).length : 0);
}

function optionsOf(part: WorkerPart, context: WorkerContext): WorkerOptions {
  const { loaded, deployment, activities, monitoring, ...shared } = context;
  const { shutdownGraceTime } = loaded.config;
  return {
    ...shared,
    taskQueue: part.taskQueue,
    ...(part.workflows ? { workflowBundle: { codePath: bundlePathFor(loaded.config) }, ...monitoring.workflow } : {}),
    ...(part.activities ? { activities, maxConcurrentActivityTaskExecutions: placesOf(part, loaded.config) } : {}),
    ...(part.activitiesPerSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: part.activitiesPerSecond }),
    ...(deployment === undefined ? {} : { workerDeploymentOptions: deployment }),
    interceptors: { activity: [...monitoring.activity, activityInterceptors] },
    // A third of the activities' heartbeat timeout, so that one late report does not count as a death.
    maxHeartbeatThrottleInterval: '5s',
    shutdownGraceTime,
    // Activities that do not heed their cancellation must not keep a worker from ending.
    shutdownForceTime: shutdownGraceTime + 10_000,
  };
}
