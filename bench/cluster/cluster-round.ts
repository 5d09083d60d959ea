import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child.js';
import { type PollHistory, readPollHistory } from '../history.js';
import { Receiver } from '../receiver.js';
import type { ClusterSite } from './cluster-site.js';
import { Deployment } from './deployment.js';
import { floorSeconds } from './floor.js';
import { type Watched, watch } from './watch.js';

export interface ClusterSizes {
  readonly flooded: number;
  readonly small: number;
  readonly tiny: number;
}

/** More than how many mails there are. */
export interface ClusterWishes extends ClusterSizes {
  /** So many batches of the flooded mailbox at a time, instead of what is usual. */
  readonly batches?: number | undefined;
}

export interface ClusterRound {
  readonly workers: number;
  /** Of all three mailboxes. */
  readonly mails: number;
  /** From the start of the flooded mailbox's poll until all three polls have ended. */
  readonly seconds: number;
  /** As many polls, batches and activities that do nothing. */
  readonly floorSeconds: number;
  /** How long a poll took with nothing beside it, and while the flooded mailbox was read. */
  readonly polls: readonly SmallPoll[];
  /** Of the flooded mailbox's poll. */
  readonly history: PollHistory;
  readonly watched: Watched;
}

/** Of a small mailbox: with nothing beside it, and while the flooded one was read. */
export interface SmallPoll {
  readonly mails: number;
  readonly aloneSeconds: number;
  readonly besideSeconds: number;
  readonly alone: PollHistory;
  readonly beside: PollHistory;
}

const batchSize = 50;
/** The small ones start when so much of the flooded mailbox is through: its batches fill every line by then. */
const floodedShare = 0.1;

/** Three mailboxes at once, with so many workers; before that the small ones alone, after it the floor. */
export async function clusterRound(site: ClusterSite, workers: number, sizes: ClusterWishes): Promise<ClusterRound> {
  const receiver = await Receiver.start(0);
  const fill = (count: number, name: string) => site.mailboxes.generated(count, `${name}-${workers}`);
  const users = {
    'warm-up': await fill(Math.min(1000, sizes.flooded), 'warm-up'),
    'small-alone': await fill(sizes.small, 'small-alone'),
    'tiny-alone': await fill(sizes.tiny, 'tiny-alone'),
    flooded: await fill(sizes.flooded, 'flooded'),
    small: await fill(sizes.small, 'small'),
    tiny: await fill(sizes.tiny, 'tiny'),
  };
  const deployment = await Deployment.prepare(site, {
    mailboxes: users,
    receiverPort: receiver.port,
    ...(sizes.batches === undefined ? {} : { mailboxSettings: { flooded: { batches: sizes.batches } } }),
  });
  const children = await deployment.workers(workers);
  const poll = (mailbox: string) => timedPoll(deployment, children, mailbox);
  let measured: Omit<ClusterRound, 'floorSeconds'>;
  try {
    await poll('warm-up');
    const smallAlone = await poll('small-alone');
    const tinyAlone = await poll('tiny-alone');
    const { cases: before, requests: requestsBefore } = await receiver.counts();
    const taken = await watch(site, children);
    const startedAt = performance.now();
    const flooded = poll('flooded');
    // Its own failure is awaited below.
    await Promise.race([flooded.catch(() => undefined), under(receiver, before + floodedShare * sizes.flooded)]);
    const [floodedPoll, small, tiny] = await Promise.all([flooded, poll('small'), poll('tiny')]);
    const seconds = (performance.now() - startedAt) / 1000;
    const watched = await taken();
    const mails = sizes.flooded + sizes.small + sizes.tiny;
    const { cases, requests } = await receiver.counts();
    let unread = 0;
    for (const user of Object.values(users)) unread += await site.mailboxes.unread(user);
    if (cases - before !== mails || requests - requestsBefore !== mails || unread > 0) {
      const came = `${cases - before} cases in ${requests - requestsBefore} requests`;
      throw new Error(`of ${mails} mails came ${came}, and ${unread} are unread`);
    }
    const historyOf = ({ workflowId, runId }: TimedPoll) => readPollHistory(site.temporal.client, workflowId, runId);
    const smallPoll = async (count: number, alone: TimedPoll, beside: TimedPoll): Promise<SmallPoll> => ({
      mails: count,
      aloneSeconds: alone.seconds,
      besideSeconds: beside.seconds,
      alone: await historyOf(alone),
      beside: await historyOf(beside),
    });
    measured = {
      workers,
      mails,
      seconds,
      polls: [await smallPoll(sizes.small, smallAlone, small), await smallPoll(sizes.tiny, tinyAlone, tiny)],
      history: await historyOf(floodedPoll),
      watched,
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await receiver.close();
  }
  const floorPolls = [sizes.flooded, sizes.small, sizes.tiny].map((count) => ({
    batches: Math.ceil(count / batchSize),
    parallelBatches: 8,
  }));
  return { ...measured, floorSeconds: await floorSeconds(site, workers, floorPolls) };
}

export interface TimedPoll {
  readonly seconds: number;
  readonly workflowId: string;
  readonly runId: string;
}

export async function timedPoll(
  deployment: Deployment,
  workers: readonly Child[],
  mailbox: string,
): Promise<TimedPoll> {
  const startedAt = performance.now();
  const handle = await deployment.startPoll(mailbox);
  await Promise.race(workers.map((worker) => worker.whileRunning(handle.result())));
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
}

async function under(receiver: Receiver, cases: number): Promise<void> {
  while ((await receiver.counts()).cases < cases) await sleep(50);
}
