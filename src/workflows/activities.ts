import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.js';

/** A worker that died is noticed this soon; activities report five times as often. */
const heartbeatTimeout = '15s';

/** Whether an error is worth another attempt is said by the error itself (src/activities/failures.ts). */
const patient = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' } as const;

/** The first contact of a poll: a wrong host or password is told at once; the schedule tries again soon. */
export const mailboxActivities = proxyActivities<Pick<Activities, 'listUnread' | 'recordProgress'>>({
  startToCloseTimeout: '5m',
  heartbeatTimeout,
  retry: { ...patient, maximumAttempts: 3 },
});

/** Steps of a batch that only need the mailbox and the store. */
export const batchActivities = proxyActivities<
  Pick<Activities, 'prepareAlerts' | 'handOver' | 'markSeen' | 'previewMessages' | 'readFates'>
>({
  startToCloseTimeout: '30m',
  heartbeatTimeout,
  retry: { ...patient, maximumAttempts: 8 },
});

/** Listens for hours, and begins anew with growing pauses while the mail server is away. */
export const watchActivities = proxyActivities<Pick<Activities, 'watchMailbox'>>({
  startToCloseTimeout: '6h',
  heartbeatTimeout,
  retry: { ...patient, maximumInterval: '1m' },
});

/** Deliveries bound their own patience; the timeouts here are for workers that die. */
export const sinkActivities = proxyActivities<Pick<Activities, 'postAlerts' | 'registerMispEvents'>>({
  startToCloseTimeout: '15m',
  heartbeatTimeout,
  retry: { ...patient, maximumAttempts: 100 },
});

/** One message on its own: retried for as long as it takes, with growing pauses. */
export const messageActivities = proxyActivities<
  Pick<Activities, 'deliverAlert' | 'discardAlert' | 'markSeen' | 'readFates'>
>({
  startToCloseTimeout: '15m',
  heartbeatTimeout,
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '15m' },
});

/** Reads a whole source, which may be millions of rows, and again from its start after a death. */
export const feedReadingActivities = proxyActivities<Pick<Activities, 'prepareFeed' | 'finishImport'>>({
  startToCloseTimeout: '6h',
  heartbeatTimeout,
  retry: { ...patient, maximumInterval: '2m', maximumAttempts: 20 },
});

/**
 * A part of a feed: tried for as long as MISP is away, since the rest would fare no better. Who cancels an import waits
 * until nothing of it is written any more.
 */
export const feedActivities = proxyActivities<Pick<Activities, 'writeFeedEvents' | 'markGoneEvents'>>({
  startToCloseTimeout: '1h',
  heartbeatTimeout,
  retry: { ...patient, maximumInterval: '2m' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
