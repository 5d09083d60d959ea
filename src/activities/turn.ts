import { isRecord } from '../config/is-record.js';
import { onBehalfOf } from '../turns/on-behalf-of.js';

/** Runs an activity for the mailbox, or the feed, that its input names: these take turns at what a worker has. */
export function inTurn<T>([input]: readonly unknown[], work: () => T): T {
  const { mailbox, feed } = isRecord(input) ? input : {};
  if (typeof mailbox === 'string') return onBehalfOf(`mailbox ${mailbox}`, work);
  return typeof feed === 'string' ? onBehalfOf(`feed ${feed}`, work) : work();
}
