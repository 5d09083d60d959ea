import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
} from '@temporalio/client';
import { definition, differences } from './compare.js';
import type { DesiredSchedule } from './desired.js';
import { ownerMemo, schedulePrefix } from './names.js';

export interface AppliedSchedule {
  readonly id: string;
  /** `foreign`: has our name but was not made by us, and is left alone. */
  readonly change: 'created' | 'updated' | 'unchanged' | 'removed' | 'foreign';
  /** What was changed, as `every: 1m → 5m`. */
  readonly differences: readonly string[];
  /** True: an operator paused it, and so it stays. */
  readonly paused: boolean;
}

export interface ApplyOptions {
  /** True: remove our schedules that the configuration no longer asks for. */
  readonly prune: boolean;
  /** Only schedules of this task queue are pruned: other installations may share the namespace. */
  readonly taskQueue: string;
}

/**
 * Makes Temporal's schedules equal to the wanted ones. A pause, its note and a limit of actions are the operators' and
 * stay. The search attributes have to be registered before (ensureSearchAttributes).
 */
export async function applySchedules(
  client: Client,
  desired: readonly DesiredSchedule[],
  options: ApplyOptions,
): Promise<readonly AppliedSchedule[]> {
  const applied: AppliedSchedule[] = [];
  for (const schedule of desired) applied.push(await applyOne(client, schedule));
  if (options.prune) applied.push(...(await prune(client, desired, options.taskQueue)));
  return applied;
}

async function applyOne(client: Client, desired: DesiredSchedule): Promise<AppliedSchedule> {
  const { id } = desired;
  try {
    await client.schedule.create({
      scheduleId: id,
      ...definition(desired),
      memo: { [ownerMemo]: desired.subject },
      state: { note: `${desired.summary}, from lurewatch.yaml` },
    });
    return { id, change: 'created', differences: [], paused: false };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = client.schedule.getHandle(id);
  const found = await handle.describe();
  const { paused } = found.state;
  if (!isOurs(found)) return { id, change: 'foreign', differences: [], paused };
  const changes = differences(desired, found);
  if (changes.length === 0) return { id, change: 'unchanged', differences: [], paused };
  await handle.update((current) => ({ ...definition(desired), state: current.state }));
  return { id, change: 'updated', differences: changes, paused };
}

async function prune(
  client: Client,
  desired: readonly DesiredSchedule[],
  taskQueue: string,
): Promise<readonly AppliedSchedule[]> {
  const wanted = new Set(desired.map((schedule) => schedule.id));
  const removed: AppliedSchedule[] = [];
  for await (const { scheduleId: id } of client.schedule.list()) {
    if (!id.startsWith(schedulePrefix) || wanted.has(id)) continue;
    const handle = client.schedule.getHandle(id);
    try {
      const found = await handle.describe();
      if (!isOurs(found) || found.action.taskQueue !== taskQueue) continue;
      await handle.delete();
      removed.push({ id, change: 'removed', differences: [], paused: found.state.paused });
    } catch (error) {
      // The list lags behind: it was deleted a moment ago.
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  return removed;
}

function isOurs(schedule: ScheduleDescription): boolean {
  return schedule.memo?.[ownerMemo] !== undefined;
}
