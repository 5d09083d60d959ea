import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { statusKey } from '../temporal/search-attribute-keys.js';
import { messageActivities } from './activities.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { checkDecision } from './input.js';
import { deliveryDetails } from './markdown.js';
import { SinkDelivery } from './sink-delivery.js';
import type { Decision, DeliverMessageInput, DeliverMessageResult, DeliveryState } from './types.js';

/** Try again what was rejected or waits. Answers with the state as it is then. */
export const retryUpdate = defineUpdate<DeliveryState, [Decision]>('retry');
/** Give up the sinks that rejected the message or wait; the ledger keeps who decided and why. */
export const discardUpdate = defineUpdate<DeliveryState, [Decision]>('discard');
export const stateQuery = defineQuery<DeliveryState>('state');

/**
 * Carries one message to the sinks it has not reached, each for itself, for as long as it takes. A rejection that no
 * retry can mend holds the message until a person decides. At last the message is marked as read.
 */
export async function deliverMessage(input: DeliverMessageInput): Promise<DeliverMessageResult> {
  const { mailbox, alertId, from, subject } = input;
  const sinks = input.sinks.map((open) => new SinkDelivery(input, open, show));
  const state = (): DeliveryState => ({ alertId, mailbox, from, subject, sinks: sinks.map((sink) => sink.state()) });
  let shown = sinks.some((sink) => sink.held) ? 'held' : 'delivering';

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
  }

  const decide = (verdict: 'retry' | 'discard') => (decision: Decision) => {
    for (const sink of sinks) sink.decide(verdict, decision);
    return state();
  };
  const validator = (decision: Decision) => {
    checkDecision(decision);
    if (!sinks.some((sink) => sink.waitsForDecision)) {
      throw new Error(`nothing of alert ${alertId} is held: ${sinks.map((sink) => sink.describe()).join(', ')}`);
    }
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
      await continueAsNew<typeof deliverMessage>({ ...input, sinks: left });
    }
    const marked = await mark(input);
    await condition(allHandlersFinished);
    return { alertId, sinks: sinks.map((sink) => sink.result()), marked };
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

async function mark({ marks, mailbox, folder, uidValidity, uid }: DeliverMessageInput): Promise<boolean> {
  if (!marks) return false;
  const summary = `${mailbox}: mark message ${uid} of ${folder} as read`;
  try {
    await messageActivities.markSeen.executeWithOptions({ summary }, [{ mailbox, folder, uidValidity, uids: [uid] }]);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Renumbered: the next poll finds the message by its identity and marks it under its new number.
    if (asBatchFailure(error).code === 'LW_MAIL_UIDVALIDITY_CHANGED') return false;
    throw error;
  }
}
