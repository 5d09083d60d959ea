import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { Child } from '../child.js';
import type { ClusterSite } from './cluster-site.js';
import type { FloorInput } from './floor-workflows.js';

/** Enough for the workers to have compiled what they run. */
const warmUp: FloorInput = { batches: 60, parallelBatches: 8 };

/**
 * What the same server does with as many polls, batches and activities that do nothing, and as many workers: what is left
 * of it is the price of the work itself.
 *
 * @returns seconds
 */
export async function floorSeconds(site: ClusterSite, workers: number, polls: readonly FloorInput[]): Promise<number> {
  const { client, address } = site.temporal;
  const bundle = join(site.folder, 'floor-bundle.cjs');
  const workflowsPath = fileURLToPath(new URL('./floor-workflows.js', import.meta.url));
  await writeFile(bundle, (await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') })).code);
  const taskQueue = `floor-${randomUUID().slice(0, 8)}`;
  const children: Child[] = [];
  const run = (inputs: readonly FloorInput[]) =>
    Promise.all(
      inputs.map((input) =>
        client.workflow.execute('floorPoll', { taskQueue, workflowId: `poll-${randomUUID()}`, args: [input] }),
      ),
    );
  try {
    for (let number = 0; number < workers; number += 1) {
      children.push(
        await Child.start('./cluster/floor-worker-process.js', { arguments: [address, taskQueue, bundle] }),
      );
    }
    await run([warmUp]);
    const startedAt = performance.now();
    await run(polls);
    return (performance.now() - startedAt) / 1000;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}
