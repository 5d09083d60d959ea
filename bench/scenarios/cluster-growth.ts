import { timedPoll } from '../cluster/cluster-round.js';
import type { ClusterSite } from '../cluster/cluster-site.js';
import { Deployment } from '../cluster/deployment.js';
import { watch } from '../cluster/watch.js';
import { readPollHistory } from '../history.js';
import { Receiver } from '../receiver.js';
import type { BenchOptions, ClusterResult, TableRow } from '../scenario.js';

const usual = [1000, 10_000, 50_000] as const;
const quick = [500, 1000, 2000] as const;
const workers = 2;

interface Growth {
  readonly mails: number;
  readonly seconds: number;
  readonly row: TableRow;
}

/** Whether rate, memory and history hold as the mailbox grows: each backlog with workers and a bucket of its own. */
export async function clusterGrowth(site: ClusterSite, options: BenchOptions): Promise<ClusterResult> {
  const rounds: Growth[] = [];
  const sizes = options.mails === undefined ? (options.small ? quick : usual) : upTo(options.mails);
  for (const mails of sizes) {
    const round = await grow(site, mails);
    rounds.push(round);
    options.onProgress(`cluster-growth: ${mails} mails in ${round.seconds.toFixed(1)} s`);
  }
  const [first, last] = [rounds[0], rounds.at(-1)];
  const rate = (round: Growth | undefined) => (round === undefined ? Number.NaN : round.mails / round.seconds);
  return {
    name: 'cluster-growth',
    corpus: 'generated',
    figures: [
      ...rounds.map((round) => ({ name: `${round.mails} unread`, value: rate(round), unit: 'mails/s' })),
      { name: 'most beside fewest', value: rate(last) / rate(first), unit: 'of the rate', goal: { atLeast: 0.8 } },
    ],
    tables: [{ title: 'cluster-growth', rows: rounds.map(({ row }) => row) }],
  };
}

/** In the proportions of the usual ones. */
function upTo(most: number): readonly number[] {
  return usual.map((size) => Math.ceil((most * size) / 50_000));
}

async function grow(site: ClusterSite, mails: number): Promise<Growth> {
  const receiver = await Receiver.start(0);
  const users = {
    'warm-up': await site.mailboxes.generated(500, `warm-up-of-${mails}`),
    backlog: await site.mailboxes.generated(mails, `backlog-of-${mails}`),
  };
  const deployment = await Deployment.prepare(site, { mailboxes: users, receiverPort: receiver.port });
  const children = await deployment.workers(workers);
  try {
    await timedPoll(deployment, children, 'warm-up');
    const before = await receiver.counts();
    const storedBefore = await stored(site, deployment);
    const taken = await watch(site, children);
    const { seconds, workflowId, runId } = await timedPoll(deployment, children, 'backlog');
    const { processes, s3, heartbeats } = await taken();
    const { cases, requests } = await receiver.counts();
    const unread = await site.mailboxes.unread(users.backlog);
    if (cases - before.cases !== mails || requests - before.requests !== mails || unread > 0) {
      throw new Error(`of ${mails} mails came ${cases - before.cases} cases, and ${unread} are unread`);
    }
    const history = await readPollHistory(site.temporal.client, workflowId, runId);
    const peaks = Object.fromEntries(processes.map(({ process, peakMemoryMb }) => [`${process} MB`, peakMemoryMb]));
    const storedAfter = await stored(site, deployment);
    const row = {
      backlog: String(mails),
      'mails/s': mails / seconds,
      ...peaks,
      'events a mail': history.events / mails,
      'bytes a mail': history.bytes / mails,
      'actions a mail': history.actions / mails + heartbeats / mails,
      'longest history': history.mostEvents,
      'S3 PUT a mail': s3.put / mails,
      'bucket kB a mail': (storedAfter.bucket - storedBefore.bucket) / mails / 1000,
      'database kB a mail': (storedAfter.database - storedBefore.database) / mails / 1000,
    };
    return { mails, seconds, row };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await receiver.close();
  }
}

async function stored(site: ClusterSite, { bucket }: Deployment) {
  return { bucket: await site.s3.bytesIn(bucket), database: await site.postgres.bytes() };
}
