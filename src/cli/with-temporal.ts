import type { LoadedConfig } from '../config/load-config.js';
import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { TemporalClient, TemporalOptions } from '../temporal/connect.js';
import { loadConfig } from './load-config.js';

/**
 * Gives the work a connection to Temporal, as environment and temporal.toml say, and closes it afterwards.
 *
 * @param configuration what says how histories are encrypted, or the file that does; by default the one that
 *   `loadConfig` finds, and where there is none they are taken as readable
 */
export async function withTemporal<T>(
  work: (temporal: TemporalClient) => Promise<T>,
  configuration?: string | LoadedConfig,
): Promise<T> {
  const { createDataConverter } = await import('../temporal/codec/data-converter.js');
  return connected(work, createDataConverter(await loadedFrom(configuration)));
}

/** The same for work on schedules. */
export async function withSchedules<T>(
  work: (temporal: TemporalClient) => Promise<T>,
  configuration?: string | LoadedConfig,
): Promise<T> {
  const { createScheduleConverter } = await import('../temporal/codec/data-converter.js');
  return connected(work, createScheduleConverter(await loadedFrom(configuration)));
}

async function connected<T>(
  work: (temporal: TemporalClient) => Promise<T>,
  dataConverter: TemporalOptions['dataConverter'],
): Promise<T> {
  // Loaded only by the commands that need it: that takes most of a second.
  const { connectTemporal } = await import('../temporal/connect.js');
  const temporal = await connectTemporal({ dataConverter });
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}

async function loadedFrom(configuration: string | LoadedConfig | undefined): Promise<LoadedConfig | undefined> {
  if (typeof configuration === 'object') return configuration;
  try {
    return await loadConfig(configuration);
  } catch (error) {
    const named = configuration ?? (process.env.LUREWATCH_CONFIG || undefined);
    if (named === undefined && isLurewatchError(error, 'LW_CONFIG_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** TASK_QUEUE_TYPE_WORKFLOW and _ACTIVITY; Temporal's enumeration is not loaded for a number. */
const workflowTasks = 1;
const activityTasks = 2;
/** A worker asks anew each minute; servers list one for minutes after it has ended. */
const freshMs = 75_000;

/** How many workers asked for work of this task queue just now: for workflows, or for activities. */
export async function countWorkers(
  { connection, namespace }: TemporalClient,
  taskQueue: string,
  kind: 'workflows' | 'activities' = 'workflows',
): Promise<number> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: kind === 'workflows' ? workflowTasks : activityTasks,
  });
  const since = Date.now() - freshMs;
  return (pollers ?? []).filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since).length;
}

export function noWorkers(taskQueue: string): string {
  return `warning: no worker polls the task queue ${taskQueue}, so this waits until one does: start \`lurewatch worker\`.`;
}
