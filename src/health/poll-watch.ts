import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps in mind when Temporal was last seen to be asked for work by this process. */
export interface PollWatch {
  /** Milliseconds since 1970; undefined before the first proof. */
  lastSeen(): number | undefined;
  stop(): Promise<void>;
}

export interface PollWatchOptions {
  /** See `lastPollOfAll`. */
  readonly lastPoll: () => Promise<string | undefined>;
  readonly everyMs?: number;
  /** The pause before the first proof: a worker is ready a moment after it started. */
  readonly firstEveryMs?: number;
}

export function watchPolls({ lastPoll, everyMs = 15_000, firstEveryMs = 500 }: PollWatchOptions): PollWatch {
  const stopped = new AbortController();
  const { signal } = stopped;
  let poll: string | undefined;
  let atMs: number | undefined;
  const looking = (async () => {
    while (!signal.aborted) {
      // No answer is no proof; that Temporal is away the worker itself logs.
      const now = await lastPoll().catch(() => undefined);
      if (now !== undefined && now !== poll) [poll, atMs] = [now, Date.now()];
      const pauseMs = atMs === undefined ? firstEveryMs : everyMs;
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  })();
  return {
    lastSeen: () => atMs,
    async stop() {
      stopped.abort();
      await looking;
    },
  };
}
