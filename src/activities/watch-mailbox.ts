import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { WatchListener } from '../mail/watch.js';
import { activitySignal } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';
import { PollAsker } from './poll-asker.js';
import { showProgress } from './progress.js';

export interface WatchMailboxInput {
  readonly mailbox: string;
  /** By folder: its state when it was last listened to, so that a poll is asked for only where something came since. */
  readonly seen?: Readonly<Record<string, string>>;
}

export interface WatchedMailbox {
  /**
   * `renewed`: after hours, to begin with a short history. `lost`: the connection, after it was fine for a while.
   * `stopped`: the worker stops, another one goes on. `off`: the configuration has no `push` for this mailbox.
   */
  readonly end: 'renewed' | 'lost' | 'stopped' | 'off';
  readonly seen: Readonly<Record<string, string>>;
  /** Of a connection that was lost. */
  readonly reason?: string;
}

/** What the Web UI shows of one who listens, and what the next attempt goes on from. */
const progressSchema = z.object({
  listening: z.array(z.string()),
  seen: z.record(z.string(), z.string()),
  /** Polls that it asked for, and what became of the last. */
  polls: z.number(),
  lastPoll: z.object({ at: z.string(), asked: z.enum(['asked', 'paused', 'unscheduled']) }).optional(),
});
type WatchProgress = z.output<typeof progressSchema>;

const longestMs = 4 * 60 * 60_000;
/** Who was connected for so long begins anew without any of the pauses that failures cost. */
const fineAfterMs = 60_000;

/**
 * Listens to a mailbox for new mail and asks for a poll when some comes. That is all it does: what is new, and what
 * becomes of it, is for the poll to say, so whatever goes wrong here costs time and no mail.
 */
export function createWatchMailbox(dependencies: Dependencies) {
  return async function watchMailbox(input: WatchMailboxInput): Promise<WatchedMailbox> {
    const { config, source } = mailboxNamed(dependencies, input.mailbox);
    if (config.kind !== 'imap' || config.push !== 'idle' || source.watch === undefined) return { end: 'off', seen: {} };
    const cancelled = activitySignal();
    const { stopping = new AbortController().signal } = dependencies;
    const renewal = AbortSignal.timeout(longestMs);
    const signal = AbortSignal.any([cancelled, stopping, renewal]);
    if (stopping.aborted) await aborted(cancelled);
    const watch = new Watch(dependencies, input, signal);
    const beganAt = Date.now();
    try {
      await source.watch(watch.listener, signal);
    } catch (error) {
      if (!signal.aborted) {
        if (!isPassing(error) || Date.now() - beganAt < fineAfterMs) throw error;
        return { end: 'lost', seen: watch.seen, reason: error.message };
      }
    } finally {
      await watch.ended();
    }
    cancelled.throwIfAborted();
    return { end: stopping.aborted ? 'stopped' : 'renewed', seen: watch.seen };
  };
}

/** What one who listens knows, and whom he tells. */
class Watch {
  readonly #context = Context.current();
  readonly #end = new AbortController();
  readonly #asker: PollAsker;
  #progress: WatchProgress;
  /** States that no poll was asked for yet. */
  #unseen: Readonly<Record<string, string>> = {};

  constructor({ workflows }: Dependencies, { mailbox, seen = {} }: WatchMailboxInput, signal: AbortSignal) {
    const before = progressSchema.safeParse(this.#context.info.heartbeatDetails);
    const known = before.success ? before.data : { seen, polls: 0 };
    this.#progress = { ...known, listening: [] };
    this.#asker = new PollAsker({
      ask: () => workflows.askForPoll(mailbox),
      onAsked: (asked) => {
        const lastPoll = { at: new Date().toISOString(), asked };
        const { polls, seen: before } = this.#progress;
        this.#show({
          ...this.#progress,
          polls: polls + (asked === 'asked' ? 1 : 0),
          lastPoll,
          seen: { ...before, ...this.#unseen },
        });
        this.#unseen = {};
      },
      onTrouble: (error) => this.#context.log.warn('a poll could not be asked for; tried again', { error }),
      signal: AbortSignal.any([signal, this.#end.signal]),
    });
    this.#show(this.#progress);
  }

  get seen(): Readonly<Record<string, string>> {
    return this.#progress.seen;
  }

  readonly listener: WatchListener = {
    listening: ({ folder, state }) => {
      const { listening, seen } = this.#progress;
      this.#context.log.info('listening for new mail', { folder });
      this.#show({ ...this.#progress, listening: [...listening, folder] });
      if (seen[folder] === state) return;
      this.#unseen = { ...this.#unseen, [folder]: state };
      this.#asker.want();
    },
    arrived: () => this.#asker.want(),
  };

  async ended(): Promise<void> {
    this.#end.abort();
    await this.#asker.ended();
  }

  #show(progress: WatchProgress): void {
    this.#progress = progress;
    showProgress(progress, this.#context);
  }
}

function isPassing(error: unknown): error is LurewatchError {
  return error instanceof LurewatchError && error.retryable;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
