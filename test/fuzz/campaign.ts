import { cpuUsage } from 'node:process';
import { createExtractionPool, type ExtractionPool } from '../../src/indicators/extraction-pool.js';
import { faultOf, lateFault } from './check-extraction.js';
import { mutatedMail } from './mutated-mail.js';

export interface CampaignOptions {
  readonly corpus: readonly Buffer[];
  readonly seed: number;
  /** The first number, and whether to go on behind the last one. */
  readonly from?: number;
  /** For each mail; 2 by default. */
  readonly deadlineSeconds?: number;
  readonly goOn: (done: number) => boolean;
  readonly onFailure?: (failure: Failure) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Failure {
  readonly seed: number;
  readonly number: number;
  readonly how: readonly string[];
  readonly raw: Buffer;
  readonly fault: string;
}

export interface Progress {
  readonly done: number;
  readonly failures: number;
  /** Of the whole process with its threads. */
  readonly memoryMb: number;
}

export interface CampaignResult extends Progress {
  readonly slowestMs: number;
  readonly slowestNumber: number;
  /** By what each mail of the run was given. */
  readonly findings: ReadonlyMap<string, number>;
  /** In order, at equal distances. */
  readonly memorySamplesMb: readonly number[];
}

/** Short, so that what is slow shows: the mails are small, and each should take milliseconds. */
const shortDeadlineSeconds = 2;
/** To find that a thread is overdue, to end it and to read the mail in a simple way, on a busy machine. */
const marginSeconds = 8;
const timesOnBusyMachine = 5;
const tooSlow: ReadonlySet<string> = new Set(['time-cut', 'attachments-cut']);
const shareOfCore = 0.8;
/** Of what hangs without using any time. */
const mostWaitedTimes = 6;
const limits = { sizeBytes: 50 * 1024 * 1024, depth: 20 };
const every = 250;

/** Mutated mails, one after the other, through the pool that the product uses. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { corpus, seed, from = 1, deadlineSeconds, goOn, onFailure, onProgress } = options;
  const pool = createExtractionPool({ threads: 1 });
  const findings = new Map<string, number>();
  const memorySamplesMb: number[] = [];
  let [done, failures, slowestMs, slowestNumber] = [0, 0, 0, 0];
  const memoryMb = () => Math.round(process.memoryUsage.rss() / 1024 ** 2);
  try {
    for (let number = from; goOn(done); number += 1) {
      const { raw, how } = mutatedMail(corpus, seed, number);
      const read = await readChecked(pool, raw, deadlineSeconds);
      const { fault, tookMs } = read;
      for (const code of read.findings) findings.set(code, (findings.get(code) ?? 0) + 1);
      if (done > 0 && tookMs > slowestMs) [slowestMs, slowestNumber] = [tookMs, number];
      done += 1;
      if (fault !== null) {
        failures += 1;
        onFailure?.({ seed, number, how, raw, fault });
      }
      if (done % every !== 0) continue;
      memorySamplesMb.push(memoryMb());
      onProgress?.({ done, failures, memoryMb: memoryMb() });
    }
  } finally {
    await pool.close();
  }
  return { done, failures, memoryMb: memoryMb(), slowestMs, slowestNumber, findings, memorySamplesMb };
}

export interface CheckedReading {
  /** What is wrong; null where nothing is. */
  readonly fault: string | null;
  readonly findings: readonly string[];
  readonly tookMs: number;
}

/**
 * Reads one mail with the deadline of a run, and looks at the answer. Never throws. The deadline goes by the clock, which
 * on a busy machine says little: what was too slow is read again, and a mail that is slow by itself is so each time.
 */
export async function readChecked(
  pool: ExtractionPool,
  raw: Buffer,
  deadlineSeconds = shortDeadlineSeconds,
): Promise<CheckedReading> {
  for (let left = timesOnBusyMachine; ; left -= 1) {
    const reading = await readOnce(pool, raw, deadlineSeconds);
    if (reading.fault === null || !tooSlow.has(reading.fault) || left === 0) return reading;
  }
}

async function readOnce(pool: ExtractionPool, raw: Buffer, deadlineSeconds: number): Promise<CheckedReading> {
  const startMs = performance.now();
  const tookMs = () => performance.now() - startMs;
  try {
    const extraction = await withinTime(
      pool.extract({ bytes: raw }, { ...limits, seconds: deadlineSeconds }),
      deadlineSeconds,
    );
    const findings = extraction.findings.map(({ code }) => code);
    return { fault: faultOf(extraction) ?? lateFault(findings, tookMs(), deadlineSeconds), findings, tookMs: tookMs() };
  } catch (error) {
    const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { fault, findings: [], tookMs: tookMs() };
  }
}

/** Rejects where the answer does not come, which would be a hang: in that much of a core's time, and not by the clock. */
async function withinTime<Answer>(answer: Promise<Answer>, deadlineSeconds: number): Promise<Answer> {
  const seconds = deadlineSeconds + marginSeconds;
  const before = cpuUsage();
  const untilMs = performance.now() + seconds * mostWaitedTimes * 1000;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const { user, system } = cpuUsage(before);
      const isOver = (user + system) / 1e6 >= seconds * shareOfCore || performance.now() >= untilMs;
      if (isOver) reject(new Error(`no answer within ${seconds} s`));
    }, 500);
  });
  return Promise.race([answer, late]).finally(() => clearInterval(timer));
}
