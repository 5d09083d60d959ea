import type { Child } from '../child.js';
import { cpuBetween, type ProcessUsage, usageOf, usageOfFamily } from '../process-usage.js';
import type { ClusterSite } from './cluster-site.js';
import { heartbeatsIn, persistenceRequestsIn } from './metrics.js';
import type { S3Requests } from './s3-server.js';

/** What one process, or PostgreSQL with all of its processes, took between two looks. */
export interface ProcessShare {
  readonly process: string;
  readonly peakMemoryMb: number | undefined;
  readonly cpuSeconds: number | undefined;
}

export interface Watched {
  readonly processes: readonly ProcessShare[];
  readonly s3: S3Requests;
  readonly heartbeats: number;
  /** Of the Temporal server at its database. */
  readonly persistenceRequests: number;
}

/** Looks at all processes now; the function that it gives back looks again and says what was taken meanwhile. */
export async function watch(site: ClusterSite, workers: readonly Child[]): Promise<() => Promise<Watched>> {
  const look = () =>
    Promise.all([
      ...workers.map(async ({ pid }, index) => ({ name: `worker ${index + 1}`, usage: await usageOf(pid) })),
      named('Temporal server', usageOf(site.temporal.pid)),
      named('PostgreSQL', usageOfFamily(site.postgres.pid)),
      named('versitygw', usageOf(site.s3.pid)),
    ]);
  const [before, metricsBefore, mark] = await Promise.all([look(), site.temporal.metrics(), site.s3.mark()]);
  return async () => {
    const [after, metrics] = await Promise.all([look(), site.temporal.metrics()]);
    return {
      processes: after.map(({ name, usage }, index) => ({
        process: name,
        peakMemoryMb: usage.peakMemoryMb,
        cpuSeconds: cpuBetween(before[index]?.usage ?? usage, usage),
      })),
      s3: await site.s3.requestsSince(mark),
      heartbeats: heartbeatsIn(metrics) - heartbeatsIn(metricsBefore),
      persistenceRequests: persistenceRequestsIn(metrics) - persistenceRequestsIn(metricsBefore),
    };
  };
}

async function named(name: string, usage: Promise<ProcessUsage>) {
  return { name, usage: await usage };
}
