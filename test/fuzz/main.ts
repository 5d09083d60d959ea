import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { type CampaignResult, type Failure, readChecked, runCampaign } from './campaign.js';
import { fuzzCorpus } from './fuzz-corpus.js';

const usage = `npm run fuzz [-- --minutes n] [--seed n] [--mails n] [--only n] [--keep folder]
       npm run fuzz -- --file mail.eml

  --minutes  how long; 10 by default
  --seed     where the mutations start; by default another one each time
  --mails    so many mutated mails instead of a time
  --only     one mail of a seed again
  --file     one mail as it is: what an earlier run kept, after the corpus or the mutations have changed
  --keep     where mails that failed are written; by default in the folder for temporary files`;

/** Growth of memory from the second fifth of a run to its last that is more than noise. */
const mostGrowthMb = 96;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      mails: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string' },
      file: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  if (values.file !== undefined) return readAgain(values.file);
  const seed = numberOf(values.seed) ?? Math.floor(Math.random() * 1e9);
  const only = numberOf(values.only);
  const mails = only === undefined ? numberOf(values.mails) : 1;
  const untilMs = performance.now() + (numberOf(values.minutes) ?? 10) * 60_000;
  const folder = values.keep ?? join(tmpdir(), 'lurewatch-fuzz');
  const corpus = await fuzzCorpus();
  console.log(`seed ${seed}, ${corpus.length} mails to mutate`);
  const result = await runCampaign({
    corpus,
    seed,
    from: only ?? 1,
    goOn: (done) => (mails === undefined ? performance.now() < untilMs : done < mails),
    onFailure: (failure) => keep(failure, folder),
    onProgress: ({ done, failures, memoryMb }) => {
      if (done % 2500 === 0) console.log(`${done} mails, ${failures} failed, ${memoryMb} MB`);
    },
  });
  return report(result);
}

async function readAgain(file: string): Promise<number> {
  const pool = createExtractionPool({ threads: 1 });
  const { fault, findings, tookMs } = await readChecked(pool, readFileSync(file)).finally(() => pool.close());
  console.log(`${fault ?? 'well formed'}, ${tookMs.toFixed(0)} ms, findings: ${findings.join(', ') || 'none'}`);
  return fault === null ? 0 : 1;
}

function keep({ seed, number, how, raw, fault }: Failure, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${seed}-${number}.eml`);
  writeFileSync(file, raw);
  console.log(
    `FAILED ${how.join(', ')}: ${fault}\n  ${file}\n  again: npm run fuzz -- --seed ${seed} --only ${number}`,
  );
}

function report({ done, failures, findings, memorySamplesMb, slowestMs, slowestNumber }: CampaignResult): number {
  const sorted = [...findings].sort(([, one], [, other]) => other - one);
  console.log(sorted.map(([code, count]) => `${code} ${count}`).join(', '));
  console.log(`the slowest was mail ${slowestNumber} with ${slowestMs.toFixed(0)} ms`);
  const fifth = Math.floor(memorySamplesMb.length / 5);
  const [early, late] = [memorySamplesMb.slice(fifth, 2 * fifth), memorySamplesMb.slice(-fifth)].map(mean);
  const grew = fifth > 0 && (late ?? 0) - (early ?? 0) > mostGrowthMb;
  if (fifth > 0) {
    const most = Math.max(...memorySamplesMb);
    console.log(`memory: ${early} MB after warming up, ${late} MB at the end, at most ${most}${grew ? ': GREW' : ''}`);
  }
  console.log(`${done} mails, ${failures} failed`);
  return failures > 0 || grew ? 1 : 0;
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new Error(`"${text}" is no number\n\n${usage}`);
  return Number(text);
}

for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    console.error(`${event}:`, error);
    process.exit(1);
  });
}
process.exitCode = await main();
