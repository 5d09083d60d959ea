import { type Client, type ScheduleHandle, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { endRuns } from './end-runs.js';
import { foundTimesText } from './found-times.js';
import {
  isPushSchedule,
  mailboxOfSchedule,
  ownerMemo,
  scheduleIdOfFeed,
  scheduleIdOfMailbox,
  scheduleIdOfPush,
  schedulePrefix,
} from './names.js';
import { setPaused, settled } from './set-paused.js';

/** A schedule as `lurewatch schedules list` shows it. */
export interface ListedSchedule {
  readonly id: string;
  /** What it is for, as `mailbox soc`. */
  readonly subject: string;
  /** When it runs, for people. */
  readonly times: string;
  readonly paused: boolean;
  readonly note: string;
  readonly lastRun: Date | undefined;
  readonly nextRun: Date | undefined;
}

/** Our schedules, by name. Temporal's list may lag a moment behind what was just applied. */
export async function listSchedules(client: Client): Promise<readonly ListedSchedule[]> {
  const listed: ListedSchedule[] = [];
  for await (const schedule of client.schedule.list()) {
    const subject = schedule.memo?.[ownerMemo];
    if (!schedule.scheduleId.startsWith(schedulePrefix) || typeof subject !== 'string') continue;
    listed.push({
      id: schedule.scheduleId,
      subject,
      times: schedule.spec === undefined ? '' : foundTimesText(schedule.spec),
      paused: schedule.state.paused,
      note: schedule.state.note ?? '',
      lastRun: schedule.info.recentActions.at(-1)?.takenAt,
      nextRun: schedule.info.nextActionTimes[0],
    });
  }
  return listed.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * In all that follow, `schedule` is the name of a mailbox or a feed, or a whole schedule id. A mailbox that is paused,
 * resumed or deleted takes along who listens to it.
 */
export async function pauseSchedule(client: Client, schedule: string, note: string): Promise<void> {
  await withPush(client, schedule, async (handle, isPush) => {
    const found = await setPaused(handle, true, note);
    if (isPush) await endRuns(client, found);
  });
}

export async function resumeSchedule(client: Client, schedule: string, note: string): Promise<void> {
  await withPush(client, schedule, async (handle, isPush) => {
    await setPaused(handle, false, note);
    if (isPush) await handle.trigger(ScheduleOverlapPolicy.SKIP);
  });
}

/** Polls or imports now, unless that is running already: the SDK's own default would start a second one beside it. */
export async function triggerSchedule(client: Client, schedule: string): Promise<void> {
  await onSchedule(client, schedule, async (handle) => {
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    await settled(handle);
  });
}

/** Takes the actions that fell, or would have fallen, between two times. */
export async function backfillSchedule(client: Client, schedule: string, from: Date, to: Date): Promise<void> {
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from > to) {
    throw new LurewatchError('LW_USAGE', 'a backfill needs two times, the earlier one first', { where: schedule });
  }
  await onSchedule(client, schedule, async (handle) => {
    await handle.backfill({ start: from, end: to, overlap: ScheduleOverlapPolicy.SKIP });
    await settled(handle);
  });
}

export async function deleteSchedule(client: Client, schedule: string): Promise<void> {
  await withPush(client, schedule, async (handle, isPush) => {
    const found = await handle.describe();
    await handle.delete();
    if (isPush) await endRuns(client, found);
  });
}

/** First the schedule itself, then, where it is a mailbox's, that of who listens to it. */
async function withPush(
  client: Client,
  schedule: string,
  act: (handle: ScheduleHandle, isPush: boolean) => Promise<void>,
): Promise<void> {
  const id = await onSchedule(client, schedule, (handle) => act(handle, isPushSchedule(handle.scheduleId)));
  const mailbox = mailboxOfSchedule(id);
  const push = mailbox === undefined ? undefined : scheduleIdOfPush(mailbox);
  if (push !== undefined && (await exists(client, push))) await act(client.schedule.getHandle(push), true);
}

/** Gives back the id of the schedule. */
async function onSchedule(
  client: Client,
  schedule: string,
  act: (handle: ScheduleHandle) => Promise<void>,
): Promise<string> {
  const ids = schedule.startsWith(schedulePrefix)
    ? [schedule]
    : [scheduleIdOfMailbox(schedule), scheduleIdOfFeed(schedule)];
  const found = (await Promise.all(ids.map(async (id) => ((await exists(client, id)) ? [id] : [])))).flat();
  const [id, other] = found;
  if (id === undefined) throw await unknownSchedule(client, ids);
  if (other !== undefined) {
    throw new LurewatchError('LW_USAGE', `"${schedule}" is a mailbox and a feed: name ${id} or ${other}`);
  }
  try {
    await act(client.schedule.getHandle(id));
  } catch (error) {
    // It went away just now.
    throw error instanceof ScheduleNotFoundError ? await unknownSchedule(client, ids) : error;
  }
  return id;
}

async function exists(client: Client, id: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(id).describe();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

async function unknownSchedule(client: Client, ids: readonly string[]): Promise<LurewatchError> {
  const known = (await listSchedules(client)).map((each) => each.id).join(', ') || 'none';
  return new LurewatchError('LW_SCHEDULE_UNKNOWN', `Temporal has no schedule ${ids.join(' or ')}; ours are: ${known}`);
}
