import { Piscina } from 'piscina';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { type ExtractionLimits, extractMessage } from '../mail/parse-message.js';
import type { ExtractionEffort } from '../mail/search-text.js';
import { Places } from '../turns/places.js';
import { ofThisProcess } from '../turns/precedence.js';
import { type TimeAllowed, timeAllowed } from './deadline-shares.js';
import type { GroupAnswer, GroupTask } from './extraction-thread.js';
import { type FindingCode, finding } from './findings.js';
import type { Extraction, Finding } from './types.js';
import { newProgress, watchProgress } from './watch-progress.js';

/** One message: a file that the threads read themselves, or its bytes. */
export type ExtractionJob = { readonly path: string } | { readonly bytes: Buffer };

export interface ExtractionPoolOptions {
  readonly threads: number;
  /** True: none is started before there is a mail to read. By default all are, so that the first mail waits for none. */
  readonly onDemand?: boolean;
  /** Heap of one thread, in MB. A mail that takes more is cut. */
  readonly threadMemoryMb?: number;
  /** The compiled module that the threads run; another one only in tests. */
  readonly threadFile?: URL;
}

/**
 * Extracts away from the event loop, in threads that are killed when a mail is over its deadline or out of memory.
 * Such a mail gets what a reading that does less gives, with findings that say so; the others of the call are unharmed.
 *
 * Both methods throw LW_EVIDENCE_MISSING or LW_STORE_UNAVAILABLE where a file cannot be read, LW_INTERNAL where the
 * threads do not start, and the reason of the signal.
 */
export interface ExtractionPool {
  extract(job: ExtractionJob, limits: ExtractionLimits, signal?: AbortSignal): Promise<Extraction>;
  /**
   * Answers in the order of the jobs.
   * @param onBehalfOf threads go round between these: a flooded mailbox keeps no other waiting
   */
  extractMany(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    signal?: AbortSignal,
    onBehalfOf?: string,
  ): Promise<readonly Extraction[]>;
  close(): Promise<void>;
}

/** One call, by whoever waits for it. */
interface Call {
  readonly limits: ExtractionLimits;
  readonly signal: AbortSignal | undefined;
  readonly caller: unknown;
}

type Cut = 'time-cut' | 'memory-cut' | 'parser-failed';
/** The thread died over a mail. */
interface GivenUp {
  readonly cut: Cut;
  readonly index: number;
  /** An archive or a PDF was being opened. */
  readonly heavy: boolean;
  readonly spentSeconds: number;
}
type Outcome = { readonly answers: readonly GroupAnswer[] } | GivenUp;

/** Mails for one message to a thread: enough that the messages cost nothing, few enough to keep all threads busy. */
const maxGroup = 16;
const simpleReading = { sizeBytes: 256 * 1024, depth: 20 };

export function createExtractionPool(options: ExtractionPoolOptions): ExtractionPool {
  const threadFile = options.threadFile ?? new URL('./extraction-thread.js', import.meta.url);
  const pool = new Piscina<GroupTask, readonly GroupAnswer[]>({
    filename: new URL('./start-thread.cjs', import.meta.url).href,
    workerData: threadFile.href,
    name: 'extractGroup',
    minThreads: options.onDemand === true ? 0 : options.threads,
    maxThreads: options.threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    resourceLimits: { maxOldGenerationSizeMb: options.threadMemoryMb ?? 256 },
  });
  // A thread that dies without a task: the next task gets a new one.
  pool.on('error', () => {});
  // Who waits for a thread waits here: no deadline starts in a queue.
  const threads = new Places(options.threads, ofThisProcess);
  let closed = false;

  /** Runs one group in one thread, when one is free, and watches over it. */
  function run(
    jobs: readonly ExtractionJob[],
    effort: ExtractionEffort,
    allowed: TimeAllowed,
    call: Call,
  ): Promise<Outcome> {
    return threads.use(call.caller, () => runInThread(jobs, effort, allowed, call), call.signal);
  }

  async function runInThread(
    jobs: readonly ExtractionJob[],
    effort: ExtractionEffort,
    allowed: TimeAllowed,
    { limits, signal }: Call,
  ): Promise<Outcome> {
    const progress = newProgress();
    const kill = new AbortController();
    const abort = () => kill.abort(signal?.reason);
    let overdue: Cut | null = null;
    const watch = watchProgress(progress, allowed, (cut) => {
      overdue = cut;
      kill.abort();
    });
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const inputs = jobs.map((job) => ('path' in job ? job : { bytes: Uint8Array.from(job.bytes) }));
      // An aborted task terminates its thread, and piscina starts another.
      return {
        answers: await pool.run({ inputs, limits, effort, progress: progress.shared }, { signal: kill.signal }),
      };
    } catch (cause) {
      signal?.throwIfAborted();
      const index = progress.index();
      if (closed) throw new LurewatchError('LW_INTERNAL', 'The reading of mail was ended', { cause });
      if (index < 0) throw new LurewatchError('LW_INTERNAL', 'A thread that reads mail did not start', { cause });
      const cut = overdue ?? (isOutOfMemory(cause) ? 'memory-cut' : 'parser-failed');
      return { cut, index, heavy: progress.isHeavy(), spentSeconds: watch.spentSeconds() };
    } finally {
      signal?.removeEventListener('abort', abort);
      watch.stop();
    }
  }

  async function runGroup(jobs: readonly ExtractionJob[], call: Call): Promise<readonly Extraction[]> {
    const outcome = await run(jobs, 'full', timeAllowed('full', call.limits.seconds, 0), call);
    if ('answers' in outcome) return outcome.answers.map((answer, index) => extractionOf(answer, jobs[index]));
    // The thread died with all it had. The one mail that killed it is known; the others start again without it.
    const { index } = outcome;
    const culprit = jobs[index];
    if (culprit === undefined) throw new LurewatchError('LW_INTERNAL', 'A thread lost count of its mails');
    const left = await readLess(culprit, outcome, call);
    const others = jobs.filter((_, position) => position !== index);
    const extractions = others.length === 0 ? [] : [...(await runGroup(others, call))];
    extractions.splice(index, 0, left);
    return extractions;
  }

  /** What was too much is left out, then more, until something is read. */
  async function readLess(job: ExtractionJob, first: GivenUp, call: Call): Promise<Extraction> {
    const { limits } = call;
    let { cut, spentSeconds } = first;
    /** What the reading gives; undefined, and `cut` tells why, where that is too much too. */
    const read = async (
      effort: Exclude<ExtractionEffort, 'full'>,
      codes: readonly FindingCode[],
      within: Partial<ExtractionLimits> = {},
    ) => {
      const allowed = timeAllowed(effort, limits.seconds, spentSeconds);
      const outcome = await run([job], effort, allowed, { ...call, limits: { ...limits, ...within } });
      if ('answers' in outcome) return withFindings(extractionOf(outcome.answers[0], job), codes);
      cut = outcome.cut;
      spentSeconds += outcome.spentSeconds;
      return undefined;
    };
    // An archive or a PDF was too much, and nothing else.
    const light = first.heavy ? await read('light', ['attachments-cut']) : undefined;
    if (light !== undefined) return light;
    const cause = cut;
    return (
      (await read('plain', [cause, 'read-plainly'])) ??
      (await read('simple', [cause, 'read-simply'], simpleReading)) ??
      withFindings(await emptyExtraction(limits), [cause, 'not-read'])
    );
  }

  async function extractMany(
    jobs: readonly ExtractionJob[],
    limits: ExtractionLimits,
    signal?: AbortSignal,
    onBehalfOf?: string,
  ): Promise<readonly Extraction[]> {
    const call = { limits, signal, caller: onBehalfOf ?? {} };
    const size = Math.max(1, Math.min(maxGroup, Math.ceil(jobs.length / options.threads)));
    const groups: ExtractionJob[][] = [];
    for (let start = 0; start < jobs.length; start += size) groups.push(jobs.slice(start, start + size));
    return (await Promise.all(groups.map((group) => runGroup(group, call)))).flat();
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

function withFindings(extraction: Extraction, codes: readonly FindingCode[]): Extraction {
  const said: ReadonlySet<string> = new Set(codes);
  // To read simply is to read the beginning.
  const isNews = ({ code }: Finding) => !said.has(code) && !(code === 'size-cut' && said.has('read-simply'));
  return { ...extraction, findings: [...codes.map(finding), ...extraction.findings.filter(isNews)] };
}

function extractionOf(answer: GroupAnswer | undefined, job: ExtractionJob | undefined): Extraction {
  if (answer === undefined) throw new LurewatchError('LW_INTERNAL', 'A thread lost count of its mails');
  if ('extraction' in answer) return answer.extraction;
  const where = job !== undefined && 'path' in job ? job.path : undefined;
  throw answer.missing
    ? new LurewatchError('LW_EVIDENCE_MISSING', 'The raw message is not in the store', { where })
    : new LurewatchError('LW_STORE_UNAVAILABLE', `The raw message cannot be read: ${answer.unreadable}`, { where });
}

function emptyExtraction(limits: ExtractionLimits): Promise<Extraction> {
  return extractMessage(Buffer.alloc(0), limits, 'simple');
}

function isOutOfMemory(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
