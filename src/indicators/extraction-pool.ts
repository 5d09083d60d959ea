import { Piscina } from 'piscina';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { type ExtractionEffort, type ExtractionLimits, extractMessage } from '../mail/parse-message.js';
import type { GroupAnswer, GroupTask } from './extraction-thread.js';
import { finding } from './findings.js';
import type { Extraction } from './types.js';

/** One message: a file that the threads read themselves, or its bytes. */
export type ExtractionJob = { readonly path: string } | { readonly bytes: Buffer };

export interface ExtractionPoolOptions {
  readonly threads: number;
  /** Heap of one thread, in MB. A mail that takes more is cut. */
  readonly threadMemoryMb?: number;
  /** The compiled module that the threads run; another one only in tests. */
  readonly threadFile?: URL;
}

/**
 * Extracts away from the event loop, in threads that are killed when a mail is over its deadline or out of memory.
 * Such a mail gets what a simple reading of its beginning gives, with a finding; the others of the call are unharmed.
 *
 * Both methods throw LW_EVIDENCE_MISSING or LW_STORE_UNAVAILABLE where a file cannot be read, LW_INTERNAL where the
 * threads do not start, and the reason of the signal.
 */
export interface ExtractionPool {
  extract(job: ExtractionJob, limits: ExtractionLimits, signal?: AbortSignal): Promise<Extraction>;
  /** Answers in the order of the jobs. */
  extractMany(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    signal?: AbortSignal,
  ): Promise<readonly Extraction[]>;
  close(): Promise<void>;
}

type Cut = 'time-cut' | 'memory-cut' | 'parser-failed';
type Outcome = { readonly answers: readonly GroupAnswer[] } | { readonly cut: Cut; readonly index: number };

/** Mails for one message to a thread: enough that the messages cost nothing, few enough to keep all threads busy. */
const maxGroup = 16;
const simpleReading = { sizeBytes: 256 * 1024, depth: 20, seconds: 2 };
const startSeconds = 60;

export function createExtractionPool(options: ExtractionPoolOptions): ExtractionPool {
  const threadFile = options.threadFile ?? new URL('./extraction-thread.js', import.meta.url);
  const pool = new Piscina<GroupTask, readonly GroupAnswer[]>({
    filename: threadFile.href,
    name: 'extractGroup',
    minThreads: options.threads,
    maxThreads: options.threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    resourceLimits: { maxOldGenerationSizeMb: options.threadMemoryMb ?? 256 },
  });
  // A thread that dies without a task: the next task gets a new one.
  pool.on('error', () => {});
  const freeThread = createGate(options.threads);
  let closed = false;

  /** Runs one group in one thread and watches over it. */
  async function run(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    effort: ExtractionEffort,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const release = await freeThread();
    const progress = new SharedArrayBuffer(4);
    const at = new Int32Array(progress).fill(-1);
    const kill = new AbortController();
    const abort = () => kill.abort(signal?.reason);
    const stopWatch = watchProgress(at, limits.seconds, () => kill.abort());
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const inputs = jobs.map((job) => ('path' in job ? job : { bytes: Uint8Array.from(job.bytes) }));
      // An aborted task terminates its thread, and piscina starts another.
      return { answers: await pool.run({ inputs, limits, effort, progress }, { signal: kill.signal }) };
    } catch (cause) {
      signal?.throwIfAborted();
      const index = Atomics.load(at, 0);
      if (closed) throw new LurewatchError('LW_INTERNAL', 'The reading of mail was ended', { cause });
      if (index < 0) throw new LurewatchError('LW_INTERNAL', 'A thread that reads mail did not start', { cause });
      if (kill.signal.aborted) return { cut: 'time-cut', index };
      return { cut: isOutOfMemory(cause) ? 'memory-cut' : 'parser-failed', index };
    } finally {
      signal?.removeEventListener('abort', abort);
      stopWatch();
      release();
    }
  }

  async function runGroup(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    signal: AbortSignal | undefined,
  ): Promise<readonly Extraction[]> {
    const outcome = await run(jobs, limits, 'full', signal);
    if ('answers' in outcome) return outcome.answers.map((answer, index) => extractionOf(answer, jobs[index]));
    // The thread died with all it had. The one mail that killed it is known; the others start again without it.
    const { cut, index } = outcome;
    const culprit = jobs[index];
    if (culprit === undefined) throw new LurewatchError('LW_INTERNAL', 'A thread lost count of its mails');
    const simple = await readSimply(culprit, cut, signal);
    const others = jobs.filter((_, position) => position !== index);
    const extractions = others.length === 0 ? [] : [...(await runGroup(others, limits, signal))];
    extractions.splice(index, 0, simple);
    return extractions;
  }

  async function readSimply(job: ExtractionJob, cut: Cut, signal: AbortSignal | undefined): Promise<Extraction> {
    const outcome = await run([job], simpleReading, 'simple', signal);
    const [answer] = 'answers' in outcome ? outcome.answers : [];
    const read = answer === undefined ? await emptyExtraction() : extractionOf(answer, job);
    const others = read.findings.filter(({ code }) => code !== 'size-cut');
    return { ...read, findings: [finding(cut), ...others] };
  }

  async function extractMany(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    signal?: AbortSignal,
  ): Promise<readonly Extraction[]> {
    const size = Math.max(1, Math.min(maxGroup, Math.ceil(jobs.length / options.threads)));
    const groups: ExtractionJob[][] = [];
    for (let start = 0; start < jobs.length; start += size) groups.push(jobs.slice(start, start + size));
    return (await Promise.all(groups.map((group) => runGroup(group, limits, signal)))).flat();
  }

  return {
    extractMany,
    async extract(job, limits, signal) {
      const [extraction] = await extractMany([job], limits, signal);
      return extraction as Extraction;
    },
    close() {
      closed = true;
      return pool.destroy();
    },
  };
}

/** Calls `overdue` once a mail has been at hand for too long. The time to start a thread does not count as a mail's. */
function watchProgress(at: Int32Array, seconds: number, overdue: () => void): () => void {
  let index = -1;
  let sinceMs = performance.now();
  const tick = () => {
    const now = performance.now();
    const current = Atomics.load(at, 0);
    if (current !== index) {
      index = current;
      sinceMs = now;
    } else if (now - sinceMs > (index < 0 ? startSeconds : seconds) * 1000) overdue();
  };
  const timer = setInterval(tick, Math.min(100, Math.max(5, seconds * 250)));
  return () => clearInterval(timer);
}

/** Lets so many callers in at a time, in order, so that a deadline never starts in a queue. */
function createGate(places: number): () => Promise<() => void> {
  let free = places;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return release;
  };
}

function extractionOf(answer: GroupAnswer, job: ExtractionJob | undefined): Extraction {
  if ('extraction' in answer) return answer.extraction;
  const where = job !== undefined && 'path' in job ? job.path : undefined;
  throw answer.missing
    ? new LurewatchError('LW_EVIDENCE_MISSING', 'The raw message is not in the store', { where })
    : new LurewatchError('LW_STORE_UNAVAILABLE', `The raw message cannot be read: ${answer.unreadable}`, { where });
}

function emptyExtraction(): Promise<Extraction> {
  return extractMessage(Buffer.alloc(0), simpleReading, 'simple');
}

function isOutOfMemory(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
