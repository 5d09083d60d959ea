import { mispSinkName } from '../activities/dependencies.js';
import { nearest } from '../config/nearest.js';
import type { Config } from '../config/schema.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { activitiesPerSecond, limitOfSink } from '../queues/limits.js';
import { feedsQueue, mailboxQueue, sinkQueue } from '../queues/queue-names.js';

/** One of Temporal's Workers in our process: it asks one task queue for work, and has places of its own for it. */
export interface WorkerPart {
  /** For people: `workflows and mail`, `cases`. */
  readonly name: string;
  readonly taskQueue: string;
  readonly workflows: boolean;
  readonly activities: boolean;
  /** Of all workers of the queue together; each has to say the same. */
  readonly activitiesPerSecond?: number;
}

/** What a process may be started for alone. Targets may not be named like these (config/cross-checks.ts). */
export const ownParts = ['workflows', 'mail', 'feeds'] as const;

/** Names for `lurewatch worker --only`. */
export function partNames(config: Config): readonly string[] {
  return [...ownParts, ...sinkNames(config)];
}

/**
 * The Workers of a process.
 *
 * @param only parts by name; undefined: all of them
 * @throws LW_USAGE for a name that is none
 */
export function partsOf(config: Config, only?: readonly string[]): readonly WorkerPart[] {
  const names = partNames(config);
  for (const name of only ?? []) if (!names.includes(name)) throw unknownPart(name, names);
  const wanted = (name: string) => only === undefined || only.includes(name);
  return [
    ...basePart(config.taskQueue, wanted('workflows'), wanted('mail')),
    ...(wanted('mail') ? limitedMailboxes(config) : []),
    ...(wanted('feeds') ? [activityPart('feeds', feedsQueue(config.taskQueue))] : []),
    ...sinkNames(config)
      .filter(wanted)
      .map((sink) => activityPart(sink, sinkQueue(config.taskQueue, sink), limitOfSink(config, sink))),
  ];
}

/** What the parts of a worker log in to. */
export type Touched = Pick<Config, 'mailboxes' | 'targets' | 'misp' | 'feeds'>;

/**
 * What these parts need connections for, and so secrets of. Mail may have to bring alerts to any sink: such steps stand
 * under its name from the time before each sink had its own.
 */
export function touchedBy({ mailboxes, targets, misp, feeds }: Config, only?: readonly string[]): Touched {
  if (only === undefined || only.includes('mail')) return { mailboxes, targets, misp, feeds };
  const forFeeds = only.includes('feeds') || only.includes(mispSinkName);
  return {
    mailboxes: {},
    targets: Object.fromEntries(Object.entries(targets).filter(([name]) => only.includes(name))),
    misp: forFeeds ? misp : undefined,
    feeds: forFeeds ? feeds : {},
  };
}

/** In one Worker where both are wanted: then the answer to a step brings the next one along (eager activities). */
function basePart(taskQueue: string, workflows: boolean, mail: boolean): readonly WorkerPart[] {
  if (!workflows && !mail) return [];
  const name = workflows && mail ? 'workflows and mail' : workflows ? 'workflows' : 'mail';
  return [{ name, taskQueue, workflows, activities: mail }];
}

function limitedMailboxes({ mailboxes, taskQueue }: Config): readonly WorkerPart[] {
  return Object.entries(mailboxes).flatMap(([mailbox, { messagesPerSecond }]) =>
    messagesPerSecond === undefined
      ? []
      : [activityPart(`mail of ${mailbox}`, mailboxQueue(taskQueue, mailbox), messagesPerSecond)],
  );
}

function activityPart(name: string, taskQueue: string, perSecond?: number): WorkerPart {
  const limit = perSecond === undefined ? {} : { activitiesPerSecond: activitiesPerSecond(perSecond) };
  return { name, taskQueue, workflows: false, activities: true, ...limit };
}

function sinkNames({ targets, misp }: Config): readonly string[] {
  return [...Object.keys(targets), ...(misp === undefined ? [] : [mispSinkName])];
}

function unknownPart(name: string, names: readonly string[]): LurewatchError {
  const guess = nearest(name, names);
  return new LurewatchError('LW_USAGE', `there is no part "${name}" of a worker (there is: ${names.join(', ')})`, {
    mend: `${guess === undefined ? '' : `Did you mean ${guess}? `}See \`lurewatch worker --help\`.`,
  });
}
