import { setMaxListeners } from 'node:events';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TemporalClient } from '../temporal/connect.js';
import { note, printJson } from './output.js';
import { countWorkers, noWorkers } from './with-temporal.js';

export interface RunAndWait<T> {
  /** `poll`, for the words to the user. */
  readonly what: string;
  readonly taskQueue: string;
  readonly json: boolean;
  readonly start: (client: Client) => Promise<Pick<WorkflowHandle, 'workflowId'> & { result(): Promise<T> }>;
  readonly progress: (client: Client, workflowId: string) => { stop(): void };
}

/**
 * Starts a workflow and waits for its result, with its progress on the terminal. Undefined: Ctrl-C, and it goes on
 * without us.
 */
export async function runAndWait<T>(temporal: TemporalClient, run: RunAndWait<T>): Promise<T | undefined> {
  const { client } = temporal;
  const handle = await run.start(client);
  const { workflowId } = handle;
  // Before anything is said: whoever reads that the workflow runs may let go of it at once.
  const interrupted = new Promise<'detached'>((done) => process.once('SIGINT', () => done('detached')));
  if ((await countWorkers(temporal, run.taskQueue)) === 0) note(noWorkers(run.taskQueue));
  const progress = run.progress(client, workflowId);
  const letGo = new AbortController();
  // The client asks again each minute, and leaves a listener each time: more than the ten that Node takes for a leak.
  setMaxListeners(0, letGo.signal);
  const result = client.withAbortSignal(letGo.signal, () => handle.result());
  try {
    const ended = await Promise.race([result, interrupted]);
    if (ended !== 'detached') return ended;
    result.catch(() => undefined);
    // The server answers this question only after a while, and the connection would wait for it.
    letGo.abort();
  } finally {
    progress.stop();
  }
  detach(temporal, run.what, workflowId, run.json);
  return undefined;
}

/** It goes on; what becomes of it is not known here. */
function detach({ address, namespace }: TemporalClient, what: string, workflowId: string, json: boolean): void {
  const look = `temporal workflow show --address ${address} --namespace ${namespace} --workflow-id ${workflowId}`;
  note(
    `\nThe ${what} goes on without us. To look on: the Web UI, or\n  ${look}\nTo end it: temporal workflow cancel …`,
  );
  if (json) printJson({ detached: true, workflowId });
  process.exitCode = 1;
}
