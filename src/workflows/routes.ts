import { ActivityFailure, type ActivityOptions, TimeoutFailure, workflowInfo } from '@temporalio/workflow';
import { feedsQueue, mailboxQueue, sinkQueue } from '../queues/queue-names.js';

/**
 * Where an activity is worked on. What has no route stays on the workflows' own name: reading and marking mail, and
 * what needs nothing but the store. (A queue is no part of what a replay compares, so a route may change at any time.)
 */
export type Route = Pick<ActivityOptions, 'taskQueue' | 'scheduleToStartTimeout'>;

/** By who talks to this target, or to MISP. */
export function atSink(sink: string): Route {
  return { taskQueue: sinkQueue(workflowInfo().taskQueue, sink) };
}

/** By who reads sources of feeds. */
export function atFeeds(): Route {
  return { taskQueue: feedsQueue(workflowInfo().taskQueue) };
}

/** As slowly as the mailbox is to be read. Where nobody does, its limit was taken back, and the next poll knows. */
export function atMailbox(mailbox: string): Route {
  return { taskQueue: mailboxQueue(workflowInfo().taskQueue, mailbox), scheduleToStartTimeout: '15m' };
}

/** For whom it is: servers that share out fairly do it among these. */
export function forWhom(name: string): Pick<ActivityOptions, 'priority'> {
  return { priority: { fairnessKey: name } };
}

/** True: no worker began with the activity in time. There is none for it, or they have more to do than they can. */
export function neverBegan(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
