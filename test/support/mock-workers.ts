import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { sinkQueue } from '../../src/queues/queue-names.js';
import { noTracing } from '../../src/tracing/no-tracing.js';
import type { PreparedBatch } from '../../src/workflows/types.js';

export type MockActivities = Readonly<Record<string, (...args: readonly never[]) => Promise<unknown>>>;

/** What our workers give to workflows beside activities, where nobody monitors them. */
export const quietSinks = { ...noTracing.sinks, lurewatchEnds: { ended: { fn: () => undefined } } };

/** The workflow code with all waits and pauses cut short (hurried-workflows.ts), as a file that `remove` removes. */
export async function buildHurriedWorkflows(): Promise<{ readonly codePath: string; remove(): Promise<void> }> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const { code } = await bundleWorkflowCode({
    workflowsPath: path('../../src/workflows/index.js'),
    workflowInterceptorModules: [path('./hurried-workflows.js')],
    logger: new DefaultLogger('WARN'),
  });
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-hurried-'));
  const codePath = join(folder, 'bundle.cjs');
  await writeFile(codePath, code);
  return { codePath, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The run as it went goes the same way once more. */
export async function assertReplays(handle: WorkflowHandle, codePath: string): Promise<void> {
  const { workflowId } = handle;
  const history = await handle.fetchHistory();
  const replay = Worker.runReplayHistories({ workflowBundle: { codePath }, sinks: noTracing.sinks }, [
    { workflowId, history },
  ]);
  for await (const { error } of replay) assert.equal(error, undefined);
}

/** A batch of new messages, each with its alert. */
export function freshBatch(alertIds: readonly string[]): PreparedBatch {
  return {
    messages: alertIds.map((alertId, index) => ({ uid: `${index + 1}`, alertId, state: 'fresh' })),
    vanished: [],
    unreadable: [],
    rows: alertIds.map((alertId) => ({ alertId, from: 'a@example.com', subject: 'Hello', urls: 0 })),
    tookMs: {},
  };
}

/** Workers for the queues of one test, with activities of its own: they come and go as the test says. */
export class MockWorkers {
  readonly taskQueue = randomUUID();
  readonly #connection: NativeConnection;
  readonly #codePath: string;
  readonly #activities: MockActivities;
  readonly #running = new Map<Worker, Promise<void>>();

  private constructor(connection: NativeConnection, codePath: string, activities: MockActivities) {
    this.#connection = connection;
    this.#codePath = codePath;
    this.#activities = activities;
  }

  static async during(
    { address, codePath }: { readonly address: string; readonly codePath: string },
    activities: MockActivities,
    work: (workers: MockWorkers) => Promise<void>,
  ): Promise<void> {
    const connection = await NativeConnection.connect({ address });
    const workers = new MockWorkers(connection, codePath, activities);
    try {
      await work(workers);
    } finally {
      await workers.stopAll();
      await connection.close();
    }
  }

  /** Workflows and mail. */
  base(): Promise<() => Promise<void>> {
    return this.#start({ taskQueue: this.taskQueue, workflowBundle: { codePath: this.#codePath }, sinks: quietSinks });
  }

  sink(name: string): Promise<() => Promise<void>> {
    return this.#start({ taskQueue: sinkQueue(this.taskQueue, name) });
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((worker) => this.#stop(worker)));
  }

  async #start(options: Pick<Parameters<typeof Worker.create>[0], 'taskQueue' | 'workflowBundle' | 'sinks'>) {
    const common = { connection: this.#connection, activities: this.#activities, shutdownForceTime: '1s' } as const;
    const worker = await Worker.create({ ...common, ...options });
    this.#running.set(worker, worker.run());
    return () => this.#stop(worker);
  }

  async #stop(worker: Worker): Promise<void> {
    const run = this.#running.get(worker);
    this.#running.delete(worker);
    if (run === undefined) return;
    worker.shutdown();
    await run;
  }
}
