import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { statusKey } from '../temporal/search-attribute-keys.js';
import { messageActivities } from './activities.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { checkDecision } from './input.js';
import { deliveryDetails } from './markdown.js';
import { SinkDelivery } from './sink-delivery.js';
import type { Decision, DeliverMessageInput, DeliverMessageResult, DeliveryState, HeldMemo } from './types.js';

/** Try again what was rejected or waits. Answers with the state as it is then. */
export const retryUpdate = defineUpdate<DeliveryState, [Decision]>('retry');
/** Give up the sinks that rejected the message or wait; the ledger keeps who decided and why. */
export const discardUpdate = defineUpdate<DeliveryState, [Decision]>('discard');
export const stateQuery = defineQuery<DeliveryState>('state');

/**
 * Carries one message, or one mail of a report, to the sinks it has not reached, each for itself, for as long as it
 * takes. A rejection that no retry can mend holds it until a person decides. At last the message is marked as read
 * (or what `after` of its mailbox says is done); a report only by the last of its mails.
 */
export async function deliverMessage(input: DeliverMessageInput): Promise<DeliverMessageResult> {
  const { mailbox, alertId, from, subject } = input;
  const sinks = input.sinks.map((open) => new SinkDelivery(input, open, show));
  const state = (): DeliveryState => ({ alertId, mailbox, from, subject, sinks: sinks.map((sink) => sink.state()) });
  let shown = sinks.some((sink) => sink.held) ? 'held' : 'delivering';
  // Asked once and here: what a run answers must not change while it goes on.
  const keepsMemo = patched('memo-of-what-is-held');
  let remembered = '';

  function show(): void {
    setCurrentDetails(
      deliveryDetails(
        from,
        subject,
        sinks.map((sink) => sink.state()),
      ),
    );
    const status = sinks.some((sink) => sink.held) ? 'held' : sinks.every((sink) => sink.done) ? 'done' : 'delivering';
    if (status !== shown) upsertSearchAttributes([{ key: statusKey, value: status }]);
    shown = status;
    if (keepsMemo && status === 'held') remember({ from, subject, sinks: sinks.flatMap((sink) => sink.heldSink()) });
  }

  function remember(held: HeldMemo): void {
    const key = JSON.stringify(held);
    if (key !== remembered) upsertMemo({ held });
    remembered = key;
  }

  const withGone = (): DeliverMessageInput => (sinks.some(({ gone }) => gone) ? { ...input, sinkGone: true } : input);

  const decide = (verdict: 'retry' | 'discard') => (decision: Decision) => {
    for (const sink of sinks) sink.decide(verdict, decision);
    return state();
  };
  const validator = (decision: Decision) => {
    checkDecision(decision);
    if (!sinks.some((sink) => sink.waitsFor(decision))) throw nothingHeld(alertId, sinks);
  };
  setHandler(stateQuery, state);
  setHandler(retryUpdate, decide('retry'), { validator, description: 'Try the held sinks again.' });
  setHandler(discardUpdate, decide('discard'), { validator, description: 'Give up the held sinks.' });

  show();
  try {
    const ended = Promise.all(sinks.map((sink) => sink.run())).then(() => true);
    const full = () => workflowInfo().continueAsNewSuggested && sinks.every((sink) => sink.resting);
    const finished = await Promise.race([ended, condition(full).then(() => false)]);
    if (!finished) {
      await condition(allHandlersFinished);
      const left = sinks.flatMap((sink) => sink.left());
      await continueAsNew<typeof deliverMessage>({ ...withGone(), sinks: left });
    }
    const marked = await mark(withGone());
    await condition(allHandlersFinished);
    return { alertId, sinks: sinks.map((sink) => sink.result()), marked };
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

function nothingHeld(alertId: string, sinks: readonly SinkDelivery[]): ApplicationFailure {
  const states = sinks.map((sink) => sink.describe()).join(', ');
  const message = `nothing of alert ${alertId} is held: ${states}. It was decided already, or it is on its way: \`lurewatch find ${alertId}\` tells. [LW_NOT_HELD]`;
  return ApplicationFailure.create({ message, type: 'LW_NOT_HELD', nonRetryable: true });
}

async function mark(input: DeliverMessageInput): Promise<boolean> {
  const { marks, mailbox, folder, uidValidity, uid, report, sinkGone } = input;
  if (!marks) return false;
  const summary = `${mailbox}: finish with message ${uid} of ${folder}, which is delivered`;
  try {
    const place = {
      ...{ mailbox, folder, uidValidity, uids: [uid] },
      ...(report === undefined ? {} : { report }),
      ...(sinkGone === undefined ? {} : { sinkGone }),
    };
    const { waits, unreached = 0 } = await messageActivities.markSeen.executeWithOptions({ summary }, [place]);
    return waits !== true && unreached === 0;
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Renumbered: the next poll finds the message by its identity and marks it under its new number.
    if (asBatchFailure(error).code === 'LW_MAIL_UIDVALIDITY_CHANGED') return false;
    throw error;
  }
}
