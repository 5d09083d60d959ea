import type { ListedSchedule } from '../../schedules/operate.js';
import type { LastRuns } from './last-runs.js';
import { needsPerson } from './needs-person.js';
import type { Remark } from './types.js';

/** What is known of who listens to a mailbox that has `push`. */
export interface PushFacts {
  readonly schedule: ListedSchedule | undefined;
  readonly runs: LastRuns;
}

const pollsGoOn = 'New mail is found by the polls alone.';

/**
 * @param push undefined: the mailbox has no `push`, or Temporal could not be asked
 * @param paused true: the mailbox itself is paused, which is told already
 */
export function pushRemarks(push: PushFacts | undefined, paused: boolean, now: number): readonly Remark[] {
  if (push === undefined) return [];
  const { schedule } = push;
  if (schedule === undefined) {
    const message = `nobody listens for new mail: push has no schedule. ${pollsGoOn}`;
    return [{ verdict: 'person', kind: 'push', message, command: 'lurewatch schedules apply' }];
  }
  if (schedule.paused && paused) return [];
  if (schedule.paused) {
    const message = `push is paused: ${schedule.note || 'nobody said why'}. ${pollsGoOn}`;
    return [{ verdict: 'waits', kind: 'paused', message, command: `lurewatch schedules resume ${schedule.id}` }];
  }
  const { last, failingSince } = push.runs;
  // One that listens says nothing; one that ended well was told that it is not needed.
  const isInTrouble = last?.state === 'failed' || (last?.state === 'running' && last.message !== undefined);
  if (last === undefined || !isInTrouble) return [];
  const since = failingSince ?? (last.state === 'running' ? last.startedAt : undefined);
  const lasting = since === undefined ? undefined : now - since.getTime();
  const verdict = needsPerson(last.code, lasting) ? 'person' : 'waits';
  const message = `nobody listens for new mail: ${last.message ?? 'the last run failed'} ${pollsGoOn}`;
  const command = verdict === 'person' ? 'lurewatch check' : undefined;
  return [{ verdict, kind: 'push', code: last.code, message, command }];
}
