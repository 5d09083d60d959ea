import { type ClusterRound, type ClusterSizes, clusterRound } from '../cluster/cluster-round.js';
import type { ClusterSite } from '../cluster/cluster-site.js';
import type { BenchOptions, ClusterResult, Figure, TableRow } from '../scenario.js';

const usual: ClusterSizes = { flooded: 10_000, small: 100, tiny: 10 };
const quick: ClusterSizes = { flooded: 1000, small: 100, tiny: 10 };

/** Three mailboxes, one of them flooded, on what a production set-up has: with two workers, then with four. */
export async function cluster(site: ClusterSite, options: BenchOptions): Promise<ClusterResult> {
  const sizes = {
    ...(options.small ? quick : usual),
    ...(options.mails === undefined ? {} : { flooded: options.mails }),
  };
  const rounds: ClusterRound[] = [];
  for (const workers of options.workers ?? [2, 4]) {
    const round = await clusterRound(site, workers, { ...sizes, batches: options.batches });
    rounds.push(round);
    const rate = (round.mails / round.seconds).toFixed(0);
    options.onProgress(
      `cluster, ${workers} workers: ${round.mails} mails in ${round.seconds.toFixed(1)} s, ${rate} a second`,
    );
  }
  return {
    name: 'cluster-workers',
    corpus: 'generated',
    figures: rounds.flatMap(clusterFigures),
    tables: [
      { title: 'processes', rows: rounds.flatMap(processRows) },
      { title: 'a mail takes', rows: rounds.map(mailRow) },
      { title: 'stages', rows: rounds.flatMap(stageRows) },
      { title: 'stages of the small mailboxes', rows: rounds.flatMap(smallStageRows) },
    ],
  };
}

/** What was asked for, each with its goal. */
export function clusterFigures(round: ClusterRound): readonly Figure[] {
  const { workers, mails, seconds, history, watched } = round;
  const flooded = mails - round.polls.reduce((sum, poll) => sum + poll.mails, 0);
  const name = (words: string) => `${workers} workers: ${words}`;
  return [
    { name: name('rate'), value: mails / seconds, unit: 'mails/s' },
    { name: name('floor'), value: mails / round.floorSeconds, unit: 'mails/s' },
    { name: name('rate'), value: round.floorSeconds / seconds, unit: 'of the floor', goal: { atLeast: 0.7 } },
    ...round.polls.map(
      (poll): Figure => ({
        name: name(`${poll.mails} mails beside the flood`),
        value: poll.besideSeconds / poll.aloneSeconds,
        unit: `of ${poll.aloneSeconds.toFixed(2)} s alone`,
        goal: { below: 2 },
      }),
    ),
    { name: name('history'), value: history.events / flooded, unit: 'events/mail', goal: { below: 1.5 } },
    {
      name: name('billable actions'),
      value: history.actions / flooded + watched.heartbeats / mails,
      unit: 'a mail',
      goal: { below: 0.3 },
    },
  ];
}

function processRows({ workers, mails, watched }: ClusterRound): readonly TableRow[] {
  return watched.processes.map(({ process, peakMemoryMb, cpuSeconds }) => ({
    process: `${workers} workers: ${process}`,
    'peak MB': peakMemoryMb,
    'CPU s': cpuSeconds,
    'CPU ms a mail': cpuSeconds === undefined ? undefined : (1000 * cpuSeconds) / mails,
  }));
}

function mailRow({ workers, mails, seconds, polls, history, watched }: ClusterRound): TableRow {
  const flooded = mails - polls.reduce((sum, poll) => sum + poll.mails, 0);
  const cpuSeconds = watched.processes.reduce((sum, process) => sum + (process.cpuSeconds ?? 0), 0);
  return {
    round: `${workers} workers`,
    'history events': history.events / flooded,
    'history bytes': history.bytes / flooded,
    actions: history.actions / flooded,
    heartbeats: watched.heartbeats / mails,
    'S3 PUT': watched.s3.put / mails,
    'S3 GET': watched.s3.get / mails,
    'S3 others': watched.s3.other / mails,
    'database requests': watched.persistenceRequests / mails,
    'cores busy': cpuSeconds / seconds,
    'longest history': history.mostEvents,
  };
}

/** Summed over batches that run side by side. */
function stageRows({ workers, mails, history }: ClusterRound): readonly TableRow[] {
  return history.stages.map(({ name, calls, seconds, waitedSeconds }) => ({
    stage: `${workers} workers: ${name}`,
    calls,
    's a call': seconds / calls,
    'waited s a call': waitedSeconds / calls,
    'ms a mail': (1000 * seconds) / mails,
  }));
}

/** One beside the other: what a flood makes longer. */
function smallStageRows({ workers, polls }: ClusterRound): readonly TableRow[] {
  return polls.flatMap(({ mails, alone, beside }) =>
    beside.stages.map(({ name, calls, seconds, waitedSeconds }) => {
      const before = alone.stages.find((stage) => stage.name === name);
      return {
        stage: `${workers} workers, ${mails} mails: ${name}`,
        calls,
        's a call alone': before === undefined ? undefined : before.seconds / before.calls,
        's a call beside': seconds / calls,
        'waited s alone': before === undefined ? undefined : before.waitedSeconds / before.calls,
        'waited s beside': waitedSeconds / calls,
      };
    }),
  );
}
