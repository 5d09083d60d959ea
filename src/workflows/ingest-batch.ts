import { isCancellation, log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { HandOverInput } from '../activities/hand-over.js';
import { alertIdsKey, statusKey } from '../temporal/search-attribute-keys.js';
import { batchActivities } from './activities.js';
import { type AlertFates, deliverBatch } from './deliver-batch.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { type BatchLine, batchDetails } from './markdown.js';
import type {
  AlertRow,
  BatchFailure,
  BatchMessage,
  BatchResult,
  FolderPage,
  IngestBatchInput,
  MarkSeenReport,
  PreparedBatch,
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
  readonly #alertOf = new Map<string, string>();
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
    for (const { uid, state, alertId } of prepared.messages) {
      this.#alertOf.set(uid, alertId);
      if (state === 'reached') this.#ends.set(uid, 'duplicates');
      if (state === 'carried') this.#ends.set(uid, 'inDelivery');
    }
    const alertIds = prepared.rows.map(({ alertId }) => alertId);
    if (alertIds.length > 0) upsertSearchAttributes([{ key: alertIdsKey, value: alertIds }]);
    this.#show();
    const fates = await deliverBatch(mailbox, plan, alertIds, refusing);
    const waiting = prepared.messages.filter(({ state }) => state === 'fresh' || state === 'known');
    const started = await this.#settle(waiting, fates);
    this.#show();
    const markFailure = await this.#mark();
    return this.#result(started, fates, markFailure ?? unreadableFailure(prepared));
  }

  async #prepare(): Promise<PreparedBatch> {
    const { mailbox, uids } = this.#input;
    const what = uids.length === 1 ? '1 message and build its alert' : `${uids.length} messages and build their alerts`;
    const prepared = await batchActivities.prepareAlerts
      .executeWithOptions({ summary: `${mailbox}: read ${what}` }, [this.#place])
      .catch(unlessRenumbered);
    this.#rows = new Map(prepared.rows.map((row) => [row.alertId, row]));
    return prepared;
  }

  /** Decides what became of each message; those with a sink still to reach go on in workflows of their own. */
  async #settle(messages: readonly BatchMessage[], fates: AlertFates): Promise<number> {
    const leaving: HandOverInput['messages'][number][] = [];
    const seen = new Set<string>();
    for (const { uid, alertId } of messages) {
      const fate = fates.of(alertId);
      const again = seen.has(alertId);
      seen.add(alertId);
      this.#notes.set(uid, fate.note);
      if (fate.kind === 'reached') this.#ends.set(uid, fate.earlier || again ? 'duplicates' : 'delivered');
      else if (fate.kind === 'blocked') {
        this.#ends.set(uid, 'remaining');
        if (fate.came && !again) this.#cameCloser += 1;
      } else if (fate.kind === 'carried' || again) this.#ends.set(uid, 'inDelivery');
      else {
        this.#ends.set(uid, fate.sinks.some(({ rejected }) => rejected !== undefined) ? 'held' : 'inDelivery');
        leaving.push({ uid, alertId, sinks: fate.sinks });
      }
    }
    return leaving.length === 0 ? 0 : this.#handOver(leaving);
  }

  async #handOver(messages: HandOverInput['messages']): Promise<number> {
    const { mailbox, folder, uidValidity } = this.#input;
    const what = messages.length === 1 ? '1 message' : `${messages.length} messages`;
    const summary = `${mailbox}: hand ${what} over to workflows of their own`;
    const { started } = await batchActivities.handOver.executeWithOptions({ summary }, [
      { mailbox, folder, uidValidity, messages },
    ]);
    return started;
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
    return {
      delivered: counted('delivered'),
      duplicates: counted('duplicates'),
      inDelivery: counted('inDelivery'),
      held: counted('held'),
      vanished: counted('vanished'),
      remaining: counted('remaining'),
      taken: counted('delivered') + counted('duplicates') + started + this.#cameCloser,
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
}

/** A folder renumbered before anything was read holds nothing of this batch: the next poll lists it anew. */
function unlessRenumbered(error: unknown): PreparedBatch {
  if (asBatchFailure(error).code !== 'LW_MAIL_UIDVALIDITY_CHANGED') throw error;
  log.warn('the folder was renumbered before the batch was read');
  return { messages: [], vanished: [], unreadable: [], rows: [], tookMs: {} };
}

function unreadableFailure({ unreadable: [first] }: PreparedBatch): BatchFailure | undefined {
  return first === undefined ? undefined : { code: first.code ?? 'LW_MAIL_PROTOCOL', message: first.reason };
}
