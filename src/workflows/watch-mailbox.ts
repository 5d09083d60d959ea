import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { WatchMailboxInput } from '../activities/watch-mailbox.js';
import { mailboxKey, statusKey } from '../temporal/search-attribute-keys.js';
import { watchActivities } from './activities.js';
import { withItsOwnWords } from './failures.js';
import { forWhom } from './routes.js';

export interface WatchMailboxResult {
  readonly mailbox: string;
  /** The configuration of the worker has no `push` for it. Nobody who listens ends otherwise, but by an error. */
  readonly end: 'off';
}

/**
 * Has one worker listen to a mailbox for new mail: one activity a run, for some hours or until its connection is lost.
 * A worker that dies is noticed by its heartbeat, and another one goes on. Started, and started again, by its schedule.
 */
export async function watchMailbox(raw: WatchMailboxInput): Promise<WatchMailboxResult> {
  const { mailbox, seen } = checkInput(raw);
  upsertSearchAttributes([
    { key: mailboxKey, value: mailbox },
    { key: statusKey, value: 'listening' },
  ]);
  try {
    const summary = `${mailbox}: listen for new mail`;
    const request = { mailbox, ...(seen === undefined ? {} : { seen }) };
    const watched = await watchActivities.watchMailbox.executeWithOptions({ summary, ...forWhom(mailbox) }, [request]);
    // A run that continues as new leaves behind that it was told to end.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('told to end');
    if (watched.end !== 'off') await continueAsNew<typeof watchMailbox>({ mailbox, seen: watched.seen });
    upsertSearchAttributes([{ key: statusKey, value: 'done' }]);
    return { mailbox, end: 'off' };
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

function checkInput(input: WatchMailboxInput): WatchMailboxInput {
  if (typeof input === 'object' && input !== null && typeof input.mailbox === 'string') return input;
  const message = 'the input must be like {"mailbox":"soc"}. [LW_INPUT_INVALID]';
  throw ApplicationFailure.create({ message, type: 'LW_INPUT_INVALID', nonRetryable: true });
}
