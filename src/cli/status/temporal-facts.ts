import type { LoadedConfig } from '../../config/load-config.js';
import type { Config } from '../../config/schema.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { pushedMailboxes } from '../../mail/pushed-mailboxes.js';
import { scheduleIdOfPush } from '../../schedules/names.js';
import { type ListedSchedule, listSchedules } from '../../schedules/operate.js';
import { inParallel } from '../../sinks/in-parallel.js';
import type { TemporalClient } from '../../temporal/connect.js';
import { partsOf } from '../../worker/parts.js';
import { failureOf } from '../report-error.js';
import { countWorkers } from '../with-temporal.js';
import { type Deliveries, deliveriesOf, noDeliveries } from './deliveries.js';
import { type LastRuns, lastRuns } from './last-runs.js';
import type { PushFacts } from './push-remarks.js';

/** What Temporal knows. */
export interface TemporalFacts {
  readonly address: string;
  readonly namespace: string;
  /** Those that take workflows. */
  readonly workers: number;
  /** Parts of the work that nobody takes, by their names for people. */
  readonly idleParts: readonly string[];
  /** By what they are for, as `mailbox soc`. */
  readonly schedules: ReadonlyMap<string, ListedSchedule>;
  /** The same. */
  readonly runs: ReadonlyMap<string, LastRuns>;
  /** By mailbox, of those that have `push`. */
  readonly pushes: ReadonlyMap<string, PushFacts>;
  /** By mailbox. */
  readonly deliveries: ReadonlyMap<string, Deliveries>;
  /** Of mailboxes that the configuration does not have. */
  readonly heldElsewhere: number;
}

/** Several short questions for each mailbox and feed, so many at a time. */
const atATime = 12;
const withinMs = 30_000;

/** @throws LW_SEARCH_ATTRIBUTES_MISSING where no worker ever was; LW_TEMPORAL_UNREACHABLE */
export async function readTemporal(temporal: TemporalClient, loaded: LoadedConfig): Promise<TemporalFacts> {
  try {
    return await temporal.client.withDeadline(Date.now() + withinMs, () => read(temporal, loaded));
  } catch (error) {
    const failure = failureOf(error);
    if (/search attribute/i.test(failure.message))
      throw new LurewatchError('LW_SEARCH_ATTRIBUTES_MISSING', 'the namespace has none of our search attributes', {
        where: `${temporal.address}, namespace ${temporal.namespace}`,
        mend: 'Start a worker: it registers them, or says how.',
        cause: error,
      });
    throw error;
  }
}

async function partsWithoutWorker(temporal: TemporalClient, config: Config): Promise<readonly string[]> {
  // A process may be started for some parts alone, so each has to be looked for.
  const parts = partsOf(config).filter(({ activities }) => activities);
  const counts = await Promise.all(parts.map(({ taskQueue }) => countWorkers(temporal, taskQueue, 'activities')));
  return parts.filter((_, index) => counts[index] === 0).map(({ name }) => name);
}

async function read(temporal: TemporalClient, { config }: LoadedConfig): Promise<TemporalFacts> {
  const { client, address, namespace } = temporal;
  const { taskQueue } = config;
  const [workers, listed, idleParts] = await Promise.all([
    countWorkers(temporal, taskQueue),
    listSchedules(client),
    partsWithoutWorker(temporal, config),
  ]);
  const mailboxes = Object.keys(config.mailboxes);
  const runs = new Map<string, LastRuns>();
  const runners = [
    ...mailboxes.map((name) => ({ workflowType: 'ingestMailbox', attribute: 'LurewatchMailbox', name }) as const),
    ...Object.keys(config.feeds).map(
      (name) => ({ workflowType: 'importFeed', attribute: 'LurewatchFeed', name }) as const,
    ),
  ];
  await inParallel(runners, atATime, async (runner) => {
    const about = `${runner.workflowType === 'importFeed' ? 'feed' : 'mailbox'} ${runner.name}`;
    runs.set(about, await lastRuns(client, taskQueue, runner));
  });
  const pushes = new Map<string, PushFacts>();
  await inParallel(pushedMailboxes(config), atATime, async (name) => {
    const runner = { workflowType: 'watchMailbox', attribute: 'LurewatchMailbox', name } as const;
    const schedule = listed.find(({ id }) => id === scheduleIdOfPush(name));
    pushes.set(name, { schedule, runs: await lastRuns(client, taskQueue, runner) });
  });
  const all = await deliveriesOf(client, taskQueue, undefined, false);
  const nothing = all.inDelivery + all.held === 0;
  const deliveries = new Map<string, Deliveries>(mailboxes.map((name) => [name, noDeliveries]));
  await inParallel(nothing ? [] : mailboxes, atATime, async (name) => {
    deliveries.set(name, await deliveriesOf(client, taskQueue, name, workers > 0));
  });
  const heldHere = [...deliveries.values()].reduce((sum, { held }) => sum + held, 0);
  const schedules = new Map(listed.map((schedule) => [schedule.subject, schedule]));
  const heldElsewhere = Math.max(0, all.held - heldHere);
  return { address, namespace, workers, idleParts, schedules, runs, pushes, deliveries, heldElsewhere };
}
