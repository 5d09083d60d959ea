import {
  ApplicationFailure,
  isCancellation,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { HandOverInput } from '../activities/hand-over.js';
import type { MarkSeenInput } from '../activities/mark-seen.js';
import { alertIdsKey, statusKey } from '../temporal/search-attribute-keys.js';
import { batchActivities } from './activities.js';
import { type AlertFates, deliverBatch } from './deliver-batch.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { batchDetails, messageLines } from './markdown.js';
import { fateOfMessage } from './message-fate.js';
import { atMailbox, neverBegan } from './routes.js';
import type {
  AlertRow,
  BatchFailure,
  BatchMessage,
  BatchResult,
  FolderPage,
  IngestBatchInput,
  MarkSeenReport,
  Plan,
  PreparedBatch,
} from './types.js';

/** As many as the search attribute takes. */
const mostAlertIds = 50;

/** What became of one message. */
type End = 'delivered' | 'duplicates' | 'inDelivery' | 'held' | 'vanished' | 'skipped' | 'remaining';

/**
 * Carries up to 50 messages from the mailbox to their sinks. What needs patience or a person goes on in a workflow of
 * its own; a message is marked as read only when it has reached every sink.
 */
export async function ingestBatch(input: IngestBatchInput): Promise<BatchResult> {
  try {
    return await new Batch(input).run();
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

class Batch {
  readonly #input: IngestBatchInput;
  readonly #place: FolderPage & { readonly mailbox: string };
  readonly #ends = new Map<string, End>();
  readonly #notes = new Map<string, string>();
  readonly #alertsOf = new Map<string, readonly string[]>();
  #rows: ReadonlyMap<string, AlertRow> = new Map();
  /** Messages that stay unread, and reached a sink all the same. */
  #cameCloser = 0;

  constructor(input: IngestBatchInput) {
    const { mailbox, folder, uidValidity, uids } = input;
    this.#input = input;
    this.#place = { mailbox, folder, uidValidity, uids };
  }

  async run(): Promise<BatchResult> {
    const { mailbox, plan, refusing } = this.#input;
    const prepared = await this.#prepare();
    for (const uid of prepared.vanished) this.#ends.set(uid, 'vanished');
    for (const { uid, reason } of prepared.unreadable) {
      this.#ends.set(uid, 'remaining');
      this.#notes.set(uid, reason);
    }
    for (const { uid, state, alertId, alertIds = [alertId] } of prepared.messages) {
      this.#alertsOf.set(uid, alertIds);
      if (state === 'reached') this.#ends.set(uid, 'duplicates');
      if (state === 'carried') this.#ends.set(uid, 'inDelivery');
      if (state === 'skipped') this.#ends.set(uid, 'skipped');
    }
    this.#noteSkipped(prepared);
    const alertIds = prepared.rows.map(({ alertId }) => alertId);
    if (alertIds.length > 0) upsertSearchAttributes([{ key: alertIdsKey, value: alertIds.slice(0, mostAlertIds) }]);
    this.#show();
    const messages = messagesOfAlerts(prepared);
    const messageOf = (alertId: string) => messages.get(alertId) ?? alertId;
    const goesTo = (alertId: string) => this.#rows.get(alertId)?.sinks ?? plan.unrouted;
    const fates = await deliverBatch(mailbox, plan, alertIds, refusing, messageOf, goesTo);
    const waiting = prepared.messages.filter(({ state }) => state === 'fresh' || state === 'known');
    const started = await this.#settle(waiting, fates);
    this.#show();
    const marksSkipped = plan.leavesSkipped !== true;
    const skippedFailure = marksSkipped ? await this.#mark({ skipped: true }, 'skipped') : undefined;
    const markFailure = (await this.#mark({}, 'delivered', 'duplicates')) ?? skippedFailure;
    return this.#result(started, fates, markFailure ?? unreadableFailure(prepared));
  }

  /** The Web UI tells which expression it was. */
  #noteSkipped({ messages, skipped = [] }: PreparedBatch): void {
    const rows = new Map(skipped.map((row) => [row.alertId, { ...row, urls: 0 }]));
    this.#rows = new Map([...this.#rows, ...rows]);
    for (const { uid, alertId, state } of messages) {
      if (state === 'skipped') this.#notes.set(uid, rows.get(alertId)?.why ?? '');
    }
  }

  async #prepare(): Promise<PreparedBatch> {
    const { mailbox, uids, plan } = this.#input;
    const route = plan.limited === true ? atMailbox(mailbox) : {};
    const what = uids.length === 1 ? '1 message and build its alert' : `${uids.length} messages and build their alerts`;
    const prepared = await batchActivities.prepareAlerts
      .executeWithOptions({ summary: `${mailbox}: read ${what}`, ...route }, [this.#place])
      .catch(unlessRenumbered);
    this.#rows = new Map(prepared.rows.map((row) => [row.alertId, row]));
    return prepared;
  }

  /** Decides what became of each message; those with a sink still to reach go on in workflows of their own. */
  async #settle(messages: readonly BatchMessage[], fates: AlertFates): Promise<number> {
    const leaving: HandOverInput['messages'][number][] = [];
    const seen = new Set<string>();
    for (const message of messages) {
      const { uid, alertId, alertIds } = message;
      const fate = fateOfMessage(message, fates);
      const again = seen.has(alertId);
      seen.add(alertId);
      this.#notes.set(uid, fate.note);
      if (fate.kind === 'reached') this.#ends.set(uid, fate.earlier || again ? 'duplicates' : 'delivered');
      else if (fate.kind === 'blocked') {
        this.#ends.set(uid, 'remaining');
        if (fate.came && !again) this.#cameCloser += 1;
      } else if (fate.kind === 'carried' || again) this.#ends.set(uid, 'inDelivery');
      else {
        const sinks = fate.leaving.flatMap((left) => left.sinks);
        this.#ends.set(uid, sinks.some(({ rejected }) => rejected !== undefined) ? 'held' : 'inDelivery');
        const report = alertIds === undefined ? {} : { report: alertId };
        leaving.push(...fate.leaving.map((left) => ({ uid, ...report, ...left })));
      }
    }
    return leaving.length === 0 ? 0 : this.#handOver(leaving);
  }

  async #handOver(messages: HandOverInput['messages']): Promise<number> {
    const { mailbox, folder, uidValidity } = this.#input;
    const count = new Set(messages.map(({ uid }) => uid)).size;
    const what = count === 1 ? '1 message' : `${count} messages`;
    const summary = `${mailbox}: hand ${what} over to workflows of their own`;
    const { started } = await batchActivities.handOver.executeWithOptions({ summary }, [
      { mailbox, folder, uidValidity, messages },
    ]);
    return started;
  }

  async #mark(
    of: Pick<MarkSeenInput, 'skipped'>,
    ...ends: readonly ('delivered' | 'duplicates' | 'skipped')[]
  ): Promise<BatchFailure | undefined> {
    const { mailbox, plan } = this.#input;
    const uids = this.#with(...ends);
    if (!plan.marks || uids.length === 0) return undefined;
    const summary = `${mailbox}: ${markWords(plan, uids.length, of.skipped === true)}`;
    try {
      const before = plan.after === 'move' ? uids.filter((uid) => this.#ends.get(uid) === 'duplicates') : [];
      const place = { ...this.#place, uids, ...of, ...(before.length === 0 ? {} : { earlier: before }) };
      const report: MarkSeenReport = await batchActivities.markSeen.executeWithOptions({ summary }, [place]);
      if (report.vanished > 0) log.info('messages vanished before they were marked', { mailbox, ...report });
      return undefined;
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Delivered all the same, and the ledger knows: the next poll marks them, by identity if they were renumbered.
      const failure = asBatchFailure(error);
      return failure.code === 'LW_MAIL_UIDVALIDITY_CHANGED' ? undefined : failure;
    }
  }

  #result(started: number, fates: AlertFates, otherFailure: BatchFailure | undefined): BatchResult {
    const failure = fates.failure ?? otherFailure;
    upsertSearchAttributes([{ key: statusKey, value: failure === undefined ? 'done' : 'failed' }]);
    const counted = (end: End) => this.#with(end).length;
    const skipped = counted('skipped');
    return {
      delivered: counted('delivered'),
      duplicates: counted('duplicates'),
      inDelivery: counted('inDelivery'),
      held: counted('held'),
      vanished: counted('vanished'),
      ...(skipped === 0 ? {} : { skipped }),
      remaining: counted('remaining'),
      taken: counted('delivered') + counted('duplicates') + skipped + started + this.#cameCloser,
      started,
      refusing: fates.refusing,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #with(...ends: readonly End[]): readonly string[] {
    return this.#input.uids.filter((uid) => ends.includes(this.#ends.get(uid) ?? 'remaining'));
  }

  #show(): void {
    const words = { inDelivery: 'in delivery', duplicates: 'delivered before' } as const;
    setCurrentDetails(
      batchDetails(
        this.#input.uids.flatMap((uid) => {
          const end = this.#ends.get(uid);
          const word = end === 'inDelivery' || end === 'duplicates' ? words[end] : (end ?? 'under way');
          const note = this.#notes.get(uid) ?? '';
          const fate = note === '' ? word : `${word}: ${note}`;
          const alerts = this.#alertsOf.get(uid) ?? [];
          return messageLines(
            uid,
            fate,
            alerts.map((alertId) => this.#rows.get(alertId)),
          );
        }),
      ),
    );
  }
}

/** A folder renumbered before anything was read holds nothing of this batch: the next poll lists it anew. */
function unlessRenumbered(error: unknown): PreparedBatch {
  if (neverBegan(error)) throw notRead();
  if (asBatchFailure(error).code !== 'LW_MAIL_UIDVALIDITY_CHANGED') throw error;
  log.warn('the folder was renumbered before the batch was read');
  return { messages: [], vanished: [], unreadable: [], rows: [], tookMs: {} };
}

function markWords({ after }: Plan, count: number, skipped: boolean): string {
  if (after === undefined || skipped) return `mark ${count} ${skipped ? 'skipped ' : ''}messages as read`;
  return `${after} ${count} delivered messages`;
}

/** Of a mailbox with a limit. */
function notRead(): ApplicationFailure {
  const message =
    'no worker began to read the batch in time: none runs for the mail of this mailbox with its `messagesPerSecond`, or that lets through less than stands in line. Compare the configurations of the workers, or raise the limit; the mails stay unread, for the next poll. [LW_BATCH_FAILED]';
  return ApplicationFailure.create({ message, type: 'LW_BATCH_FAILED', nonRetryable: true });
}

function messagesOfAlerts({ messages }: PreparedBatch): ReadonlyMap<string, string> {
  return new Map(
    messages.flatMap(({ alertId, alertIds = [alertId] }) => alertIds.map((one) => [one, alertId] as const)),
  );
}

function unreadableFailure({ unreadable: [first] }: PreparedBatch): BatchFailure | undefined {
  return first === undefined ? undefined : { code: first.code ?? 'LW_MAIL_PROTOCOL', message: first.reason };
}
