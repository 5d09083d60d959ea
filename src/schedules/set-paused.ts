import { setTimeout as pause } from 'node:timers/promises';
import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { LurewatchError } from '../errors/lurewatch-error.js';

/** Twenty beside others who send without a break; then pauses up to this: the scheduler may wait for its rate of starts. */
const attempts = 50;
const hasteAttempts = 20;
const longestPauseMs = 1_000;

/**
 * Of what reaches Temporal's scheduler within one of its workflow tasks it takes only the last (server 1.29,
 * service/worker/scheduler/workflow.go: `sleep` keeps one patch; a pause, a trigger and a backfill are patches). A
 * schedule that is described has taken all that came before, so that nothing after it takes its place.
 */
export const settled = (handle: ScheduleHandle): Promise<ScheduleDescription> => handle.describe();

/** Pauses or resumes a schedule, and again where somebody who triggered it at that moment took the place of that. */
export async function setPaused(handle: ScheduleHandle, paused: boolean, note: string): Promise<ScheduleDescription> {
  if (note === '') throw new LurewatchError('LW_USAGE', 'the reason is empty', { where: handle.scheduleId });
  for (let attempt = 0; attempt < attempts; attempt++) {
    await (paused ? handle.pause(note) : handle.unpause(note));
    const found = await settled(handle);
    if (found.state.paused === paused) return found;
    const slowly = Math.max(0, attempt - hasteAttempts);
    await pause(Math.min(longestPauseMs, slowly * 50));
  }
  const wanted = paused ? 'paused' : 'resumed';
  throw new LurewatchError('LW_SCHEDULE_BUSY', `it was told ${attempts} times to be ${wanted}, and is not`, {
    where: handle.scheduleId,
  });
}
