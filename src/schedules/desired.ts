import type { Config } from '../config/schema.js';
import { scheduleIdOfMailbox } from './names.js';

/** A schedule as the configuration wants it: all that `apply` compares and sets. */
export interface DesiredSchedule {
  readonly id: string;
  /** What it is for, as `mailbox soc`: marks it as ours. */
  readonly subject: string;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Each poll's line in the Web UI. */
  readonly summary: string;
  readonly everyMs: number;
  /** After an outage, a poll that was missed by no more than this is made up for. */
  readonly catchupWindowMs: number;
  /** `LurewatchMailbox` of the started workflows. */
  readonly mailbox: string;
}

/** All schedules that a configuration asks for. Feeds will add theirs here. */
export function desiredSchedules(config: Config): readonly DesiredSchedule[] {
  return [...mailboxSchedules(config)];
}

function mailboxSchedules(config: Config): readonly DesiredSchedule[] {
  return Object.entries(config.mailboxes).map(([mailbox, { every }]) => ({
    id: scheduleIdOfMailbox(mailbox),
    subject: `mailbox ${mailbox}`,
    workflowType: 'ingestMailbox',
    workflowId: `ingest-${mailbox}`,
    taskQueue: config.taskQueue,
    input: { mailbox },
    summary: `Poll of mailbox ${mailbox}`,
    everyMs: every,
    catchupWindowMs: every,
    mailbox,
  }));
}
