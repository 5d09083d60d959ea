import type { ExtractionPool } from '../../src/indicators/extraction-pool.js';
import type { FindingCode } from '../../src/indicators/findings.js';
import { cpuTime } from './cpu-time.js';
import type { Family } from './pathological.js';

export const sizes = [10_000, 40_000, 160_000] as const;
/**
 * What looks steep is measured with these too, and judged by the whole way from 40 kB on: V8's garbage collection is a
 * step of its own, once what a mail leaves no longer fits into the young generation; a steep one would show all the more.
 */
const largeSizes = [640_000, 2_560_000] as const;
/** Linear is 1. */
const mostExponent = 1.2;
/** What is quicker than this says nothing of growth: it is what every mail costs. */
const leastMs = 6;
/** A thread is ended then. */
const limits = { sizeBytes: 50 * 1024 * 1024, depth: 20, seconds: 10 };
const cuts: ReadonlySet<string> = new Set<FindingCode>(['time-cut', 'memory-cut', 'attachments-cut', 'parser-failed']);
/** Each size is read again until so much time has gone, at most so often; the quickest counts. */
const budgetMs = 60;
const mostTimes = 15;
/** What looks steep is measured anew so often: one slow reading is no growth. */
const mostAgain = 4;
const longMs = 1000;

export interface Growth {
  readonly name: string;
  /** CPU time for each of `sizes`, and for larger ones where those looked steep. */
  readonly timesMs: readonly number[];
  readonly exponent: number;
  /** It was ended at a limit of time or memory. */
  readonly cut: boolean;
}

export async function growthOf({ name, make }: Family, pool: ExtractionPool): Promise<Growth> {
  let growth = await measure(name, make, pool);
  for (let again = 0; again < mostAgain && isSteep(growth) && largest(growth) < longMs; again += 1) {
    const anew = await measure(name, make, pool);
    const timesMs = growth.timesMs.map((ms, index) => Math.min(ms, anew.timesMs[index] ?? ms));
    growth = { name, timesMs, exponent: exponentOf(timesMs), cut: anew.cut };
  }
  return isSteep(growth) && !growth.cut && largest(growth) < longMs ? measureLarge(growth, make, pool) : growth;
}

async function measureLarge({ name, timesMs }: Growth, make: Family['make'], pool: ExtractionPool): Promise<Growth> {
  const { timesMs: large, cut } = await measure(name, make, pool, largeSizes);
  const [start = 1, before = 1, end = 1] = [sizes[1], timesMs[1], large.at(-1)];
  const exponent = Math.log(end / before) / Math.log((largeSizes.at(-1) ?? start) / start);
  return { name, timesMs: [...timesMs, ...large], exponent, cut };
}

/** Its time grows faster than its size. */
export function isSteep(growth: Growth): boolean {
  return growth.cut || (tells(growth) && growth.exponent > mostExponent);
}

/** It takes long enough to tell. */
export function tells(growth: Growth): boolean {
  return largest(growth) >= leastMs;
}

/** At the largest of `sizes`. */
export function largest({ timesMs }: Growth): number {
  return timesMs[sizes.length - 1] ?? Number.NaN;
}

async function measure(
  name: string,
  make: Family['make'],
  pool: ExtractionPool,
  of: readonly number[] = sizes,
): Promise<Growth> {
  const readings = [];
  for (const size of of) readings.push(await quickest(make(size), pool));
  const timesMs = readings.map(({ tookMs }) => tookMs);
  return { name, timesMs, exponent: exponentOf(timesMs), cut: readings.some(({ cut }) => cut) };
}

async function quickest(
  raw: Buffer,
  pool: ExtractionPool,
): Promise<{ readonly tookMs: number; readonly cut: boolean }> {
  let best = Number.POSITIVE_INFINITY;
  let spentMs = 0;
  let cut = false;
  for (let times = 0; times < mostTimes && spentMs < budgetMs; times += 1) {
    const { result, tookMs } = await cpuTime(() => pool.extract({ bytes: raw }, limits));
    cut = result.findings.some(({ code }) => cuts.has(code));
    best = Math.min(best, tookMs);
    spentMs += tookMs;
  }
  return { tookMs: best, cut };
}

/** Of the steeper one of the steps between the sizes. */
function exponentOf(timesMs: readonly number[]): number {
  const exponents = timesMs.slice(1).map((ms, index) => {
    const [before = ms, small = 1, large = 1] = [timesMs[index], sizes[index], sizes[index + 1]];
    return ms < leastMs ? 0 : Math.log(ms / before) / Math.log(large / small);
  });
  return Math.max(...exponents);
}
