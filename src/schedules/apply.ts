import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { definition, differences } from './compare.js';
import type { DesiredSchedule } from './desired.js';
import { endRuns, terminateRuns } from './end-runs.js';
import { guardedUpdate } from './guarded-update.js';
import { isPushSchedule, ownerMemo, schedulePrefix } from './names.js';

export interface AppliedSchedule {
  readonly id: string;
  /** `foreign`: has our name but was not made by us, and is left alone. */
  readonly change: 'created' | 'updated' | 'unchanged' | 'removed' | 'foreign';
  /** What was changed, as `every: 1m → 5m`. */
  readonly differences: readonly string[];
  /** True: an operator paused it, and so it stays. */
  readonly paused: boolean;
  /** Of one that was moved to another task queue: runs that workers of the old one have still to end. None else starts. */
  readonly leftBehind?: readonly string[];
}

/** Others may pause or resume it in between. */
const attempts = 10;

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
    // Not by `triggerImmediately`: what that starts is not counted as running, and would be started a second time.
    if (desired.atOnce === true) await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP);
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
  const updated = await update(client, desired, found);
  const state = { id, change: 'updated', differences: changes, paused: updated.state.paused } as const;
  if (found.action.taskQueue === desired.taskQueue || updated.info.runningActions.length === 0) return state;
  if (!isPushSchedule(id)) {
    return { ...state, leftBehind: updated.info.runningActions.map(({ workflow }) => workflow.workflowId) };
  }
  // Who listens does not end by itself, and to be cancelled it would take a worker of the old queue.
  await terminateRuns(client, updated, 'the configuration has another task queue');
  // Buffered: the schedule has still to notice that it has ended.
  await handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  return state;
}

async function update(
  client: Client,
  desired: DesiredSchedule,
  found: ScheduleDescription,
): Promise<ScheduleDescription> {
  const handle = client.schedule.getHandle(desired.id);
  let current = found;
  for (let attempt = 0; attempt < attempts; attempt++) {
    await guardedUpdate(client, desired, current);
    current = await handle.describe();
    if (differences(desired, current).length === 0) return current;
  }
  throw new LurewatchError(
    'LW_SCHEDULE_BUSY',
    `it was told ${attempts} times what the configuration says, and is not so`,
    {
      where: desired.id,
    },
  );
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
      // A poll comes to its end by itself; who listens does not.
      if (isPushSchedule(id)) await endRuns(client, found);
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
