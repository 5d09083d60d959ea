import type { ListedSchedule } from '../../schedules/operate.js';
import { timeText } from '../printable.js';
import type { LastRuns } from './last-runs.js';
import { needsPerson } from './needs-person.js';
import type { Remark, SubjectStatus } from './types.js';

/** What is known of the schedule and the runs of a mailbox or a feed; undefined: Temporal could not be asked. */
export interface SubjectFacts {
  readonly about: 'mailbox' | 'feed';
  readonly name: string;
  /** False: a feed that is imported by hand only. */
  readonly planned: boolean;
  readonly known: { readonly schedule: ListedSchedule | undefined; readonly runs: LastRuns } | undefined;
}

export type CommonStatus = Pick<SubjectStatus, 'name' | 'schedule' | 'lastRun' | 'lastDoneAt' | 'nextRun'>;

export function commonStatus({ name, planned, known }: SubjectFacts): CommonStatus {
  const schedule = known?.schedule;
  const nextRun = schedule === undefined || schedule.paused ? undefined : schedule.nextRun;
  const planState = schedule !== undefined ? (schedule.paused ? 'paused' : 'planned') : planned ? 'missing' : 'byHand';
  return {
    name,
    schedule: known === undefined ? 'unknown' : planState,
    lastRun: known?.runs.last ?? null,
    lastDoneAt: known?.runs.doneAt ?? null,
    nextRun: nextRun ?? null,
  };
}

export function scheduleRemarks({ about, name, planned, known }: SubjectFacts): readonly Remark[] {
  if (known === undefined) return [];
  const { schedule } = known;
  if (schedule === undefined) {
    if (!planned) return [];
    const message = `nothing ${about === 'mailbox' ? 'polls' : 'imports'} it: it has no schedule`;
    return [{ verdict: 'person', kind: 'schedule', message, command: 'lurewatch schedules apply' }];
  }
  if (!schedule.paused) return [];
  const message = `paused: ${schedule.note || 'nobody said why'}`;
  return [{ verdict: 'waits', kind: 'paused', message, command: `lurewatch schedules resume ${name}` }];
}

export function runRemarks({ about, name, known }: SubjectFacts, now: number): readonly Remark[] {
  if (known === undefined) return [];
  const { last, ended, doneAt, failingSince } = known.runs;
  const remarks: Remark[] = [];
  if (last?.state === 'running' && last.message !== undefined) {
    const lasting = now - (failingSince ?? last.startedAt).getTime();
    const verdict = needsPerson(last.code, lasting) ? 'person' : 'waits';
    const command = verdict === 'person' ? commandAfter(about, name, known.schedule) : undefined;
    remarks.push({ verdict, kind: 'failed', code: last.code, message: last.message, command });
  }
  if (ended?.state === 'failed' && remarks.length === 0) {
    const { code, message = 'the last run failed' } = ended;
    const lasting = failingSince === undefined ? undefined : now - failingSince.getTime();
    const verdict = needsPerson(code, lasting) ? 'person' : 'waits';
    const since = doneAt === undefined ? '' : ` Went well last: ${timeText(doneAt)}.`;
    const again = verdict === 'waits' ? ' The next run tries again.' : '';
    const words = `${message}${since}${again}`;
    const command = verdict === 'person' ? commandAfter(about, name, known.schedule) : undefined;
    remarks.push({ verdict, kind: 'failed', code, message: words, command });
  }
  return remarks;
}

/** Once what it says is mended: see that it is, and run now. */
function commandAfter(about: SubjectFacts['about'], name: string, schedule: ListedSchedule | undefined): string {
  if (schedule !== undefined) return `lurewatch check && lurewatch schedules trigger ${schedule.id}`;
  return `lurewatch check && lurewatch ${about === 'mailbox' ? 'ingest' : 'import'} ${name}`;
}
