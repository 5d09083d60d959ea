import type { Config } from '../config/schema.js';
import type { FeedConfig } from '../feeds/config.js';
import { pushedMailboxes } from '../mail/pushed-mailboxes.js';
import { feedKey, mailboxKey } from '../temporal/search-attribute-keys.js';
import { scheduleIdOfEvidence, scheduleIdOfFeed, scheduleIdOfMailbox, scheduleIdOfPush } from './names.js';
import type { Times } from './times.js';

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
  readonly times: Times;
  /** After an outage, a poll that was missed by no more than this is made up for. */
  readonly catchupWindowMs: number;
  /** True: it runs as soon as it is made, too. */
  readonly atOnce?: true;
  /** Of the started workflows: for whom searches. Undefined: they are of no mailbox and no feed. */
  readonly searchAttribute?: { readonly key: typeof mailboxKey | typeof feedKey; readonly value: string };
}

/** All schedules that a configuration asks for. */
export function desiredSchedules(config: Config): readonly DesiredSchedule[] {
  return [
    ...mailboxSchedules(config),
    ...pushSchedules(config),
    ...feedSchedules(config),
    ...evidenceSchedules(config),
  ];
}

/** Evidence that a run missed is as old the next day. */
const evidenceCatchupMs = 12 * 60 * 60 * 1000;

/** A bucket has a lifecycle rule of its own. */
function evidenceSchedules({ store, taskQueue }: Config): readonly DesiredSchedule[] {
  if (store.kind !== 'file' || store.retention.evidence === undefined) return [];
  return [
    {
      id: scheduleIdOfEvidence,
      subject: 'evidence',
      workflowType: 'expireEvidence',
      workflowId: 'expire-evidence',
      taskQueue,
      input: {},
      summary: 'Removal of old evidence',
      times: { kind: 'at', at: ['03:00'], timezone: 'UTC' },
      catchupWindowMs: evidenceCatchupMs,
    },
  ];
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
    times: { kind: 'every', everyMs: every },
    catchupWindowMs: every,
    searchAttribute: { key: mailboxKey, value: mailbox },
  }));
}

/** Who listens is started again within this time, whatever ended it. */
const pushEveryMs = 60_000;

function pushSchedules(config: Config): readonly DesiredSchedule[] {
  return pushedMailboxes(config).map((mailbox) => ({
    id: scheduleIdOfPush(mailbox),
    subject: `push of mailbox ${mailbox}`,
    workflowType: 'watchMailbox',
    workflowId: `push-${mailbox}`,
    taskQueue: config.taskQueue,
    input: { mailbox },
    summary: `Listening to mailbox ${mailbox}`,
    times: { kind: 'every', everyMs: pushEveryMs },
    catchupWindowMs: pushEveryMs,
    atOnce: true,
    searchAttribute: { key: mailboxKey, value: mailbox },
  }));
}

/** An import that was missed for so long is still worth making up for: most feeds change once a day. */
const feedCatchupMs = 12 * 60 * 60 * 1000;

function feedSchedules(config: Config): readonly DesiredSchedule[] {
  return Object.entries(config.feeds).flatMap(([feed, settings]): readonly DesiredSchedule[] => {
    const times = timesOf(settings);
    if (times === undefined) return [];
    return [
      {
        id: scheduleIdOfFeed(feed),
        subject: `feed ${feed}`,
        workflowType: 'importFeed',
        workflowId: `import-${feed}`,
        taskQueue: config.taskQueue,
        input: { feed },
        summary: `Import of feed ${feed}`,
        times,
        catchupWindowMs: times.kind === 'every' ? times.everyMs : feedCatchupMs,
        searchAttribute: { key: feedKey, value: feed },
      },
    ];
  });
}

/** Undefined: it is imported by hand only. */
function timesOf({ every, at, on, cron, timezone }: FeedConfig): Times | undefined {
  if (every !== undefined) return { kind: 'every', everyMs: every };
  if (at !== undefined) return { kind: 'at', at: typeof at === 'string' ? [at] : [...new Set(at)], on, timezone };
  return cron === undefined ? undefined : { kind: 'cron', cron, timezone };
}
