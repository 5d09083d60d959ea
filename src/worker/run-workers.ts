import type { Worker } from '@temporalio/worker';

/**
 * Runs Workers until the signal is aborted, or one of them fails: then all of them end. Each is run whatever happens,
 * since only a run ends what a Worker holds: one that is made and never run keeps its threads, and so the process.
 *
 * @param during is given what ends when they have ended
 */
export async function runWorkers(
  workers: readonly Pick<Worker, 'run' | 'shutdown' | 'getState'>[],
  signal: AbortSignal,
  during: (running: Promise<void>) => Promise<void>,
): Promise<void> {
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run());
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await during(allEnded(runs, stop)).finally(() => signal.removeEventListener('abort', stop));
}

/** Ends when the last of them has; rejects with the failure of the first that fails. */
async function allEnded(runs: readonly Promise<void>[], stop: () => void): Promise<void> {
  const failures: unknown[] = [];
  const each = runs.map((run) =>
    run.catch((error: unknown) => {
      failures.push(error);
      stop();
    }),
  );
  await Promise.all(each);
  if (failures.length > 0) throw failures[0];
}
