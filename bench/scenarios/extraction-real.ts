import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import type { FindingCode } from '../../src/indicators/findings.js';
import { cpuTime } from '../extraction/cpu-time.js';
import { median, type SiteFreeScenario } from '../scenario.js';
import { type NamedMail, spamAssassinMails } from '../spam-assassin.js';

/** By default in the product. */
const limits = { sizeBytes: 50 * 1024 * 1024, depth: 20, seconds: 10 };
/** A first reading did not do: it saw no body, guessed at the structure, failed, or was ended. */
const secondOpinions: ReadonlySet<string> = new Set<FindingCode>([
  'no-body',
  'boundary-guessed',
  'parser-failed',
  'time-cut',
  'memory-cut',
]);

interface Reading {
  readonly name: string;
  readonly tookMs: number;
  readonly urls: number;
  readonly findings: readonly string[];
}

/** Real mails, all of them, through the pool: whether each gives a result, and what it says of itself. */
export const extractionReal: SiteFreeScenario = async ({ mails: count, onProgress }) => {
  let mails: readonly NamedMail[];
  try {
    mails = (await spamAssassinMails(onProgress)).slice(0, count);
  } catch (error) {
    onProgress(`extraction-real: no real mails (${error instanceof Error ? error.message : error}): left out`);
    return { name: 'extraction-real', corpus: 'real', figures: [], tables: [] };
  }
  const readings = await readAll(mails);
  const seconds = readings.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000;
  const again = readings.filter(({ findings }) => findings.some((code) => secondOpinions.has(code)));
  const slowest = [...readings].sort((one, other) => other.tookMs - one.tookMs).slice(0, 5);
  return {
    name: 'extraction-real',
    corpus: 'real',
    figures: [
      { name: `results, of ${mails.length} mails`, value: readings.length, unit: '', goal: { atLeast: mails.length } },
      { name: 'needed a second opinion', value: again.length, unit: 'mails' },
      { name: 'with URLs', value: readings.filter(({ urls }) => urls > 0).length, unit: 'mails' },
      { name: 'through the pool, for each second of CPU', value: readings.length / seconds, unit: 'mails' },
      { name: 'half of them within', value: median(readings.map(({ tookMs }) => tookMs)), unit: 'ms of CPU' },
      { name: 'the slowest', value: slowest[0]?.tookMs ?? Number.NaN, unit: 'ms of CPU' },
    ],
    tables: [
      { title: 'extraction-real, findings', rows: findingRows(readings) },
      {
        title: 'extraction-real, the slowest',
        rows: slowest.map(({ name, tookMs, urls }) => ({ name, 'CPU ms': tookMs, URLs: urls })),
      },
    ],
  };
};

async function readAll(mails: readonly NamedMail[]): Promise<readonly Reading[]> {
  const pool = createExtractionPool({ threads: 1 });
  const readings: Reading[] = [];
  try {
    for (const { raw } of mails.slice(0, 200)) await pool.extract({ bytes: raw }, limits);
    for (const { name, raw } of mails) {
      const { result, tookMs } = await cpuTime(() => pool.extract({ bytes: raw }, limits));
      const { urls, findings } = result;
      readings.push({ name, tookMs, urls: urls.length, findings: findings.map(({ code }) => code) });
    }
  } finally {
    await pool.close();
  }
  return readings;
}

function findingRows(readings: readonly Reading[]) {
  const counts = new Map<string, number>();
  for (const code of readings.flatMap(({ findings }) => findings)) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([finding, mails]) => ({
    finding,
    mails,
    'second opinion': secondOpinions.has(finding) ? 'yes' : '',
    'for example': readings.find(({ findings }) => findings.includes(finding))?.name,
  }));
}
