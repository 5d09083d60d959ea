import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ClusterSite } from './cluster/cluster-site.js';
import type { CorpusName } from './corpus.js';
import { machineFacts } from './machine.js';
import { describeReport, type Report, writeReport } from './report.js';
import type { BenchOptions, ClusterScenario, Scenario, ScenarioResult, SiteFreeScenario } from './scenario.js';
import { attachments } from './scenarios/attachments.js';
import { backlog } from './scenarios/backlog.js';
import { instant, slow } from './scenarios/beside-loop.js';
import { campaigns } from './scenarios/campaigns.js';
import { chaos } from './scenarios/chaos.js';
import { cluster } from './scenarios/cluster.js';
import { clusterGrowth } from './scenarios/cluster-growth.js';
import { extractionFixtures } from './scenarios/extraction-fixtures.js';
import { extractionGrowth } from './scenarios/extraction-growth.js';
import { extractionRate } from './scenarios/extraction-rate.js';
import { extractionReal } from './scenarios/extraction-real.js';
import { feedsFolder } from './scenarios/feeds-folder.js';
import { feedsIndexes } from './scenarios/feeds-indexes.js';
import { feedsRead } from './scenarios/feeds-read.js';
import { feedsWrite } from './scenarios/feeds-write.js';
import { push } from './scenarios/push.js';
import { Site } from './site.js';

/** With Temporal's dev server and Dovecot. */
const onSite: Readonly<Record<string, Scenario>> = {
  instant,
  slow,
  attachments,
  backlog,
  push,
  campaigns,
  'feeds-read': feedsRead,
  'feeds-write': feedsWrite,
  'feeds-folder': feedsFolder,
};
const siteFree: Readonly<Record<string, SiteFreeScenario>> = {
  'feeds-indexes': feedsIndexes,
  'extraction-rate': extractionRate,
  'extraction-growth': extractionGrowth,
  'extraction-fixtures': extractionFixtures,
  'extraction-real': extractionReal,
};
/** They need PostgreSQL and Go, and many minutes. */
const onCluster: Readonly<Record<string, ClusterScenario>> = {
  'cluster-workers': cluster,
  'cluster-growth': clusterGrowth,
  chaos,
};
const usualNames: readonly string[] = [...Object.keys(onSite), ...Object.keys(siteFree)];
const names: readonly string[] = [...usualNames, ...Object.keys(onCluster)];
const groups: Readonly<Record<string, readonly string[]>> = {
  all: usualNames,
  cluster: ['cluster-workers', 'cluster-growth'],
  extraction: names.filter((name) => name.startsWith('extraction-')),
};

const usage = `npm run bench [-- <scenario>…] [--mails n] [--rows n] [--rounds n] [--generated] [--results folder] [--profile folder]

  instant      the rate with a webhook that answers at once, beside a loop in Python
  slow         the same with a webhook that takes 100 ms
  attachments  the worker's memory with 25 MB attached to every tenth mail
  backlog      the rate at ten times the unread mails
  push         from a mail's arrival to its alert, with IDLE and with a poll every minute (three minutes)
  campaigns    1,000 copies of 20 campaigns among 200 single mails: grouping keys, and the rate with them and without
  feeds-read   rows of each format read and mapped, and the memory for 1,000 rows and a million
  feeds-write  a feed into a MISP that takes 75 ms an event, beside a loop with PyMISP; then 1% of its rows changed
  feeds-folder a feed into a MISP feed in a folder; then a large one again, unchanged
  feeds-indexes
               events into a MISP feed in a folder, without a worker: 1,000, 10,000 and 100,000, and the memory for them
  extraction-rate
               mails read a second on one core beside other parsers and finders, and what each finds
  extraction-growth
               time for hostile inputs of 10, 40 and 160 kB
  extraction-fixtures
               precision and recall on the mails of test/fixtures/mails
  extraction-real
               the real mails that npm fetches once, all of them: findings, second opinions, the slowest
  extraction   all of extraction
  cluster-workers
               three mailboxes, one of them flooded, on Temporal's server with PostgreSQL and an S3 store: two workers, then four
  cluster-growth
               1,000 unread mails, 10,000 and 50,000 on the same
  cluster      both of them
  chaos        20,000 mails on the same while workers are killed, servers restarted, store and target cut off; then the count
  all          all but the cluster's and chaos, as without any name

  --mails      so many mails (backlog: and ten times as many; cluster-growth: and a fifth and a fiftieth of them)
  --rows       so many rows (feeds-read: beside 1,000; feeds-folder: and twenty times as many;
               feeds-indexes: so many events, a tenth and a hundredth of them)
  --rounds     so many rounds; the median counts
  --small      cluster: fewer mails, to see whether it works; push: a poll every 5 s
  --seed       chaos: plans the same faults as the run that printed it
  --minutes    chaos: faults for at most so long
  --workers    cluster-workers: so many worker processes instead of 2,4
  --batches    cluster-workers: so many batches of the flooded mailbox at a time
  --generated  mails made here instead of the public corpus that npm fetches once
  --results    where the JSON goes; by default bench/results
  --profile    where the worker leaves its CPU profiles, which makes it slower`;

class UsageError extends Error {}

interface Command {
  readonly wanted: readonly string[];
  readonly results: string;
  readonly options: BenchOptions;
}

function readCommand(): Command | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      mails: { type: 'string' },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      small: { type: 'boolean' },
      workers: { type: 'string' },
      batches: { type: 'string' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      generated: { type: 'boolean' },
      results: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return undefined;
  const asked = positionals.length === 0 ? ['all'] : positionals;
  const wanted = [...new Set(asked.flatMap((name) => groups[name] ?? [name]))];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no scenario "${unknown}"`);
  const corpus: CorpusName = values.generated === true ? 'generated' : 'real';
  return {
    wanted,
    results: values.results ?? fileURLToPath(new URL('../../bench/results', import.meta.url)),
    options: {
      mails: count(values.mails, '--mails'),
      rows: count(values.rows, '--rows'),
      rounds: count(values.rounds, '--rounds'),
      small: values.small === true,
      workers: values.workers?.split(',').map((text) => count(text, '--workers') ?? 1),
      batches: count(values.batches, '--batches'),
      seed: count(values.seed, '--seed'),
      minutes: count(values.minutes, '--minutes'),
      corpus,
      profileFolder: values.profile === undefined ? undefined : join(process.cwd(), values.profile),
      onProgress: (line) => console.error(line),
    },
  };
}

function count(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError(`${option} takes a whole number from 1 on, not "${text}"`);
  return Number(text);
}

async function run({ wanted, options, results }: Command): Promise<void> {
  const { onProgress } = options;
  const site = wanted.some((name) => onSite[name] !== undefined) ? await Site.open(onProgress) : undefined;
  const clusterSite = wanted.some((name) => onCluster[name] !== undefined)
    ? await ClusterSite.open(onProgress)
    : undefined;
  try {
    const startedAt = new Date().toISOString();
    const machine = { ...(await machineFacts(site)), ...clusterSite?.facts };
    const measured: ScenarioResult[] = [];
    for (const name of wanted) {
      const scenario = site === undefined ? undefined : onSite[name]?.(site, options);
      const onServers = clusterSite === undefined ? undefined : onCluster[name]?.(clusterSite, options);
      const measuring = scenario ?? onServers ?? siteFree[name]?.(options);
      if (measuring !== undefined) measured.push(await Promise.race([measuring, interrupted]));
    }
    const report: Report = { startedAt, machine, scenarios: measured };
    console.log(describeReport(report));
    console.log(`All rounds: ${await writeReport(report, results)}`);
  } finally {
    await clusterSite?.close();
    await site?.close();
  }
}

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error('interrupted')));
});
interrupted.catch(() => undefined);

try {
  const command = readCommand();
  if (command === undefined) console.log(usage);
  else await run(command);
  process.exit(0);
} catch (error) {
  const wrongUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  console.error(error instanceof Error ? error.message : error);
  if (wrongUsage) console.error(`\n${usage}`);
  process.exit(wrongUsage ? 2 : 1);
}
