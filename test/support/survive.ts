import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import type { KillPoint } from './kill-points.js';
import type { Lab } from './lab.js';
import type { LabWorker } from './lab-worker.js';

/** What happens around a death. */
export interface Around {
  /** Once the worker is dead, before another one starts. */
  readonly atDeath?: () => Promise<void>;
  /** Once the poll has ended. */
  readonly afterPoll?: (result: IngestMailboxResult) => Promise<void>;
}

/** A worker dies at the point, another one takes over, and the poll that was under way comes to its end. */
export async function survive(
  lab: Lab,
  point: KillPoint,
  mails: readonly string[],
  around: Around = {},
): Promise<void> {
  await lab.deliver(mails);
  const doomed = await lab.worker(point);
  const poll = await lab.poll();
  await died(lab, doomed);
  await around.atDeath?.();
  await lab.worker(point);
  const result: IngestMailboxResult = await poll.result();
  assert.equal(result.delivered + result.inDelivery + result.held, mails.length, JSON.stringify(result));
  await around.afterPoll?.(result);
  // What the batch left to single messages, and what the next poll still finds to mark.
  await lab.settled();
  assert.deepEqual(await lab.unread(), []);
}

export async function died(lab: Lab, doomed: LabWorker): Promise<void> {
  assert.equal(await doomed.ended, 'SIGKILL');
  await access(join(lab.folder, 'died'));
}
