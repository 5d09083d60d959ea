import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CorpusName } from './corpus.js';
import { machineFacts } from './machine.js';
import { describeReport, type Report, writeReport } from './report.js';
import type { BenchOptions, Scenario, ScenarioResult } from './scenario.js';
import { attachments } from './scenarios/attachments.js';
import { backlog } from './scenarios/backlog.js';
import { instant, slow } from './scenarios/beside-loop.js';
import { feedsFolder } from './scenarios/feeds-folder.js';
import { feedsRead } from './scenarios/feeds-read.js';
import { feedsWrite } from './scenarios/feeds-write.js';
import { Site } from './site.js';

const scenarios: Readonly<Record<string, Scenario>> = {
  instant,
  slow,
  attachments,
  backlog,
  'feeds-read': feedsRead,
  'feeds-write': feedsWrite,
  'feeds-folder': feedsFolder,
};

const usage = `npm run bench [-- <scenario>…] [--mails n] [--rows n] [--rounds n] [--generated] [--results folder] [--profile folder]

  instant      the rate with a webhook that answers at once, beside a loop in Python
  slow         the same with a webhook that takes 100 ms
  attachments  the worker's memory with 25 MB attached to every tenth mail
  backlog      the rate at ten times the unread mails
  feeds-read   rows of each format read and mapped, and the memory for 1,000 rows and a million
  feeds-write  a feed into a MISP that takes 75 ms an event, beside a loop with PyMISP; then 1% of its rows changed
  feeds-folder a feed into a MISP feed in a folder; then a large one again, unchanged
  all          all of them, as without any name

  --mails      so many mails (backlog: and ten times as many)
  --rows       so many rows (feeds-read: beside 1,000; feeds-folder: and twenty times as many)
  --rounds     so many rounds; the median counts
  --generated  mails made here instead of the public corpus that npm fetches once
  --results    where the JSON goes; by default bench/results
  --profile    where the worker leaves its CPU profiles, which makes it slower`;

class UsageError extends Error {}

interface Command {
  readonly names: readonly string[];
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
      generated: { type: 'boolean' },
      results: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return undefined;
  const wanted = positionals.length === 0 || positionals.includes('all') ? Object.keys(scenarios) : positionals;
  const unknown = wanted.find((name) => scenarios[name] === undefined);
  if (unknown !== undefined) throw new UsageError(`there is no scenario "${unknown}"`);
  const corpus: CorpusName = values.generated === true ? 'generated' : 'real';
  return {
    names: wanted,
    results: values.results ?? fileURLToPath(new URL('../../bench/results', import.meta.url)),
    options: {
      mails: count(values.mails, '--mails'),
      rows: count(values.rows, '--rows'),
      rounds: count(values.rounds, '--rounds'),
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

async function run({ names, options, results }: Command): Promise<void> {
  const site = await Site.open(options.onProgress);
  try {
    const startedAt = new Date().toISOString();
    const machine = await machineFacts(site);
    const measured: ScenarioResult[] = [];
    for (const name of names) {
      const scenario = scenarios[name];
      if (scenario !== undefined) measured.push(await Promise.race([scenario(site, options), interrupted]));
    }
    const report: Report = { startedAt, machine, scenarios: measured };
    console.log(describeReport(report));
    console.log(`All rounds: ${await writeReport(report, results)}`);
  } finally {
    await site.close();
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
