import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HealthFileOptions {
  /** The file to keep: it holds the last time, as ISO 8601, at which we knew that the worker polls. */
  readonly path: string;
  /** See `lastPollOf`: the worker polls while the answers differ. Undefined or an error: it does not, as far as we know. */
  readonly lastPoll: () => Promise<string | undefined>;
  /** The pause between two looks, in milliseconds. */
  readonly everyMs?: number;
}

export interface HealthFile {
  /** Ends the looks and removes the file. */
  stop(): Promise<void>;
}

const defaultEveryMs = 15_000;

/** Keeps a file that says when the worker was last known to poll. While there is no new proof of it, the file grows old. */
export function keepHealthFile(options: HealthFileOptions): HealthFile {
  const stopped = new AbortController();
  const looking = look(options, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await looking;
      await rm(options.path, { force: true });
    },
  };
}

async function look({ path, lastPoll, everyMs }: HealthFileOptions, signal: AbortSignal): Promise<void> {
  let seen: string | undefined;
  while (!signal.aborted) {
    try {
      const poll = await lastPoll();
      if (poll !== undefined && poll !== seen) await write(path);
      seen = poll ?? seen;
    } catch {
      // No answer, no proof. The worker itself logs that Temporal is away.
    }
    await sleep(everyMs ?? defaultEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function write(path: string): Promise<void> {
  // Never half a time for the one who reads.
  await writeFile(`${path}.new`, `${new Date().toISOString()}\n`);
  await rename(`${path}.new`, path);
}
