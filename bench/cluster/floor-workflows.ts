import { executeChild, ParentClosePolicy, proxyActivities, upsertSearchAttributes, uuid4 } from '@temporalio/workflow';
import { mailboxKey, statusKey } from '../../src/temporal/search-attribute-keys.js';
import type { FloorActivities } from './floor-activities.js';

/** What a poll did, with nothing in it. */
export interface FloorInput {
  readonly batches: number;
  readonly parallelBatches: number;
}

const { empty } = proxyActivities<FloorActivities>({ startToCloseTimeout: '1m', heartbeatTimeout: '15s' });

/** The shape of ingestMailbox: one list, lanes of children. */
export async function floorPoll({ batches, parallelBatches }: FloorInput): Promise<void> {
  await empty();
  let left = batches;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await executeChild(floorBatch, {
        workflowId: `floor-${uuid4()}`,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        typedSearchAttributes: [
          { key: mailboxKey, value: 'floor' },
          { key: statusKey, value: 'delivering' },
        ],
      });
    }
  };
  await Promise.all(Array.from({ length: parallelBatches }, lane));
}

/** The shape of ingestBatch: three activities, two upserts. */
export async function floorBatch(): Promise<void> {
  await empty();
  upsertSearchAttributes([{ key: statusKey, value: 'delivering' }]);
  await empty();
  await empty();
  upsertSearchAttributes([{ key: statusKey, value: 'done' }]);
}
