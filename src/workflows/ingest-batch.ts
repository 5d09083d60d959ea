import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { alertIdsKey, statusKey } from '../temporal/search-attribute-keys.js';
import { batchActivities } from './activities.js';
import { type AlertFates, deliverBatch } from './deliver-batch.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { handOver } from './hand-over.js';
import { type BatchLine, batchDetails } from './markdown.js';
import type {
  AlertRow,
  BatchFailure,
  BatchMessage,
  BatchResult,
  FetchResult,
  FolderPage,
  IngestBatchInput,
  MarkSeenReport,
} from './types.js';

/** What became of one message. */
type End = 'delivered' | 'duplicates' | 'inDelivery' | 'held' | 'vanished' | 'remaining';

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
  #rows: ReadonlyMap<string, AlertRow> = new Map();

  constructor(input: IngestBatchInput) {
    const { mailbox, folder, uidValidity, uids } = input;
    this.#input = input;
    this.#place = { mailbox, folder, uidValidity, uids };
  }

  async run(): Promise<BatchResult> {
    const { mailbox } = this.#input;
    const count = this.#input.uids.length;
    const summary = `${mailbox}: read ${count} ${count === 1 ? 'message' : 'messages'}`;
    const fetched = await batchActivities.fetchMessages
      .executeWithOptions({ summary }, [this.#place])
      .catch(unlessRenumbered);
    for (const uid of fetched.vanished) this.#ends.set(uid, 'vanished');
    for (const { uid, reason } of fetched.unreadable) {
      this.#ends.set(uid, 'remaining');
      this.#notes.set(uid, reason);
    }
    const waiting = fetched.messages.filter(({ state }) => state === 'fresh' || state === 'known');
    for (const { uid, state } of fetched.messages) {
      if (state === 'reached') this.#ends.set(uid, 'duplicates');
      if (state === 'carried') this.#ends.set(uid, 'inDelivery');
    }
    const alertIds = [...new Set(waiting.map(({ alertId }) => alertId))];
    await this.#build(waiting, alertIds);
    const fates = await deliverBatch(mailbox, this.#input.plan, alertIds);
    const started = await this.#settle(waiting, fates);
    this.#show();
    const markFailure = await this.#mark();
    return this.#result(started, fates, markFailure ?? unreadableFailure(fetched));
  }

  async #build(messages: readonly BatchMessage[], alertIds: readonly string[]): Promise<void> {
    if (messages.length === 0) return;
    const { mailbox } = this.#input;
    const place = { ...this.#place, uids: messages.map(({ uid }) => uid) };
    await batchActivities.extractIndicators.executeWithOptions(
      { summary: `${mailbox}: find indicators in ${messages.length} messages` },
      [place],
    );
    const rows = await batchActivities.buildAlerts.executeWithOptions(
      { summary: `${mailbox}: build ${alertIds.length} alerts` },
      [place],
    );
    this.#rows = new Map(rows.map((row) => [row.alertId, row]));
    upsertSearchAttributes([
      { key: alertIdsKey, value: [...alertIds] },
      { key: statusKey, value: 'delivering' },
    ]);
    this.#show(messages);
  }

  /** Decides what became of each message; those with a sink still to reach go on in workflows of their own. */
  async #settle(messages: readonly BatchMessage[], fates: AlertFates): Promise<number> {
    const leaving: Promise<boolean>[] = [];
    const seen = new Set<string>();
    for (const message of messages) {
      const { uid, alertId } = message;
      const fate = fates.of(alertId);
      const again = seen.has(alertId);
      seen.add(alertId);
      this.#notes.set(uid, fate.note);
      if (fate.kind === 'reached') this.#ends.set(uid, fate.earlier || again ? 'duplicates' : 'delivered');
      else if (fate.kind === 'blocked') this.#ends.set(uid, 'remaining');
      else if (fate.kind === 'carried' || again) this.#ends.set(uid, 'inDelivery');
      else {
        this.#ends.set(uid, fate.sinks.some(({ rejected }) => rejected !== undefined) ? 'held' : 'inDelivery');
        leaving.push(handOver(this.#input, message, fate.sinks, this.#rows.get(alertId)));
      }
    }
    return (await Promise.all(leaving)).filter((started) => started).length;
  }

  async #mark(): Promise<BatchFailure | undefined> {
    const { mailbox, plan } = this.#input;
    const uids = this.#with('delivered', 'duplicates');
    if (!plan.marks || uids.length === 0) return undefined;
    const summary = `${mailbox}: mark ${uids.length} messages as read`;
    try {
      const place = { ...this.#place, uids };
      const report: MarkSeenReport = await batchActivities.markSeen.executeWithOptions({ summary }, [place]);
      if (report.vanished > 0) log.info('delivered messages vanished before they were marked', { mailbox, ...report });
      return undefined;
    } catch (error) {
      // Delivered all the same, and the ledger knows: the next poll marks them, by identity if they were renumbered.
      const failure = asBatchFailure(error);
      return failure.code === 'LW_MAIL_UIDVALIDITY_CHANGED' ? undefined : failure;
    }
  }

  #result(started: number, fates: AlertFates, otherFailure: BatchFailure | undefined): BatchResult {
    const failure = fates.failure ?? otherFailure;
    upsertSearchAttributes([{ key: statusKey, value: failure === undefined ? 'done' : 'failed' }]);
    const counted = (end: End) => this.#with(end).length;
    return {
      delivered: counted('delivered'),
      duplicates: counted('duplicates'),
      inDelivery: counted('inDelivery'),
      held: counted('held'),
      vanished: counted('vanished'),
      remaining: counted('remaining'),
      started,
      blocked: fates.blocked,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #with(...ends: readonly End[]): readonly string[] {
    return this.#input.uids.filter((uid) => ends.includes(this.#ends.get(uid) ?? 'remaining'));
  }

  #show(messages: readonly BatchMessage[] = []): void {
    for (const { uid, alertId } of messages) this.#alertOf.set(uid, alertId);
    const words = { inDelivery: 'in delivery', duplicates: 'delivered before' } as const;
    setCurrentDetails(
      batchDetails(
        this.#input.uids.map((uid): BatchLine => {
          const end = this.#ends.get(uid);
          const word = end === 'inDelivery' || end === 'duplicates' ? words[end] : (end ?? 'under way');
          const note = this.#notes.get(uid) ?? '';
          return {
            uid,
            row: this.#rows.get(this.#alertOf.get(uid) ?? ''),
            fate: note === '' ? word : `${word}: ${note}`,
          };
        }),
      ),
    );
  }

  readonly #alertOf = new Map<string, string>();
}

/** A folder renumbered before anything was read holds nothing of this batch: the next poll lists it anew. */
function unlessRenumbered(error: unknown): FetchResult {
  if (asBatchFailure(error).code !== 'LW_MAIL_UIDVALIDITY_CHANGED') throw error;
  log.warn('the folder was renumbered before the batch was read');
  return { messages: [], vanished: [], unreadable: [] };
}

function unreadableFailure({ unreadable: [first] }: FetchResult): BatchFailure | undefined {
  return first === undefined ? undefined : { code: 'LW_MAIL_PROTOCOL', message: first.reason };
}
