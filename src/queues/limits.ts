import { mispSinkName } from '../activities/dependencies.js';
import type { Config } from '../config/schema.js';

/** Alerts that travel to a sink with a limit in one activity, at most: what a person waits for behind others is short. */
const mostPerActivity = 10;

/**
 * Temporal limits how many activities a second a queue gives out, to all workers together, and not what they carry. So
 * behind a limit an activity carries no more than may be sent in a second, and the queue gives out as many a second as
 * make the limit.
 *
 * @param perSecond of alerts, events or mails; may be below 1
 */
export function carriedEach(perSecond: number): number {
  return Math.max(1, Math.min(mostPerActivity, Math.floor(perSecond)));
}

/** For the workers of the queue: `maxTaskQueueActivitiesPerSecond`. */
export function activitiesPerSecond(perSecond: number): number {
  return perSecond / carriedEach(perSecond);
}

/** Alerts, or MISP events, a second; undefined: as many as come. */
export function limitOfSink({ targets, misp }: Config, sink: string): number | undefined {
  const settings = sink === mispSinkName ? misp : Object.hasOwn(targets, sink) ? targets[sink] : undefined;
  return settings?.alertsPerSecond;
}
