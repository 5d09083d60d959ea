import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import { mailboxKey, statusKey } from '../temporal/search-attribute-keys.js';
import { batchActivities, mailboxActivities } from './activities.js';
import { addCounts, noCounts, sumOf } from './counts.js';
import { sinksOf } from './deliver-batch.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { ingestBatchId } from './ids.js';
import type { ingestBatch } from './ingest-batch.js';
import { checkIngestMailboxInput } from './input.js';
import { pollDetails } from './markdown.js';
import { PageQueue } from './page-queue.js';
import { forWhom } from './routes.js';
import type {
  BatchFailure,
  BatchResult,
  ContinuedPoll,
  Counts,
  FolderPage,
  IngestMailboxInput,
  IngestMailboxResult,
  ListCursor,
  MessagePreviewLine,
  Plan,
  UnreadPage,
} from './types.js';

const usualBatchSize = 50;
/** At the end of a page its last batches run alone, so a page is as long as keeps histories and payloads small. */
const batchesPerPage = 50;
const mostPreviews = 100;

/**
 * One poll of a mailbox: everything unread at its beginning, oldest first, in batches. Started by the mailbox's
 * schedule or by hand.
 */
export async function ingestMailbox(raw: IngestMailboxInput): Promise<IngestMailboxResult> {
  const input = checkIngestMailboxInput(raw);
  upsertSearchAttributes([
    { key: mailboxKey, value: input.mailbox },
    { key: statusKey, value: input.dryRun ? 'dry-run' : 'polling' },
  ]);
  try {
    const poll = new Poll(input);
    const result = input.dryRun ? await poll.preview() : await poll.run();
    upsertSearchAttributes([{ key: statusKey, value: 'done' }]);
    return result;
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

class Poll {
  readonly #input: IngestMailboxInput;
  #counts: Counts;
  #unread: number;
  #started: number;
  #failures: BatchFailure[];
  #taken: number;
  /** Messages of batches that have not ended: they may come to count as taken, or as in delivery. */
  #underWay = 0;
  readonly #refusing: Set<string>;

  constructor(input: IngestMailboxInput) {
    const before = input.continued;
    this.#input = input;
    this.#counts = before?.counts ?? noCounts;
    this.#unread = before?.unread ?? 0;
    this.#taken = before?.taken ?? 0;
    this.#started = before?.started ?? 0;
    this.#failures = [...(before?.failures ?? [])];
    this.#refusing = new Set(before?.refusing);
  }

  async run(): Promise<IngestMailboxResult> {
    let cursor = this.#input.continued?.cursor;
    for (;;) {
      const page = await this.#list(cursor, usualBatchSize * batchesPerPage);
      if (cursor === undefined) this.#unread = page.unread;
      this.#counts = addCounts(this.#counts, { ...noCounts, inDelivery: page.inDelivery, held: page.held });
      const full = await this.#ingest(page);
      cursor = page.next;
      if (cursor === undefined || full) break;
      // Every batch of the page has ended: continuing as new would end them.
      await continueAsNew<typeof ingestMailbox>({ ...this.#input, continued: this.#progress(cursor) });
    }
    if (this.#failures.length > 0) throw this.#failed();
    const { mailbox } = this.#input;
    return { mailbox, unread: this.#unread, ...this.#counts, remaining: this.#remaining() };
  }

  async preview(): Promise<IngestMailboxResult> {
    const { mailbox } = this.#input;
    const wanted = Math.min(this.#input.limit ?? mostPreviews, mostPreviews);
    const page = await this.#list(undefined, wanted);
    const preview: MessagePreviewLine[] = [];
    const queue = new PageQueue(page.folders);
    const batchSize = page.plan.batchSize ?? usualBatchSize;
    for (let batch = queue.take(batchSize); batch !== undefined; batch = queue.take(batchSize)) {
      if (preview.length >= mostPreviews) break;
      const summary = `${mailbox}: look at ${describe(batch)}`;
      preview.push(
        ...(await batchActivities.previewMessages.executeWithOptions({ summary, ...forWhom(mailbox) }, [
          { mailbox, ...batch },
        ])),
      );
    }
    const { inDelivery, held } = page;
    const remaining = page.unread - inDelivery - held;
    // A report may be many alerts.
    const lines = preview.slice(0, mostPreviews);
    return { mailbox, unread: page.unread, ...noCounts, inDelivery, held, remaining, preview: lines };
  }

  async #list(cursor: ListCursor | undefined, pageSize: number): Promise<UnreadPage> {
    const { mailbox } = this.#input;
    const summary = cursor === undefined ? `${mailbox}: list unread` : `${mailbox}: list more unread`;
    const request = { mailbox, pageSize, ...(cursor === undefined ? {} : { cursor }) };
    return mailboxActivities.listUnread.executeWithOptions({ summary, ...forWhom(mailbox) }, [request]);
  }

  /** True: no more may be taken in this poll, whatever is left. */
  async #ingest(page: UnreadPage): Promise<boolean> {
    const { plan } = page;
    const { batchSize = usualBatchSize } = plan;
    const queue = new PageQueue(page.folders);
    const startedBefore = this.#started;
    const room = () => this.#room(page, startedBefore);
    const lane = async () => {
      for (;;) {
        // What is under way may turn out to take no room: a message that somebody else carries, or that has vanished.
        await condition(() => room() > 0 || this.#underWay === 0);
        const batch = room() > 0 ? queue.take(Math.min(room(), batchSize)) : undefined;
        if (batch === undefined) return;
        this.#underWay += batch.uids.length;
        await this.#batch(batch, plan);
        this.#underWay -= batch.uids.length;
      }
    };
    await Promise.all(Array.from({ length: plan.parallelBatches }, lane));
    if ((!plan.marks || plan.notesProgress === true) && page.folders.length > 0) {
      const { mailbox } = this.#input;
      const summary = `${mailbox}: note how far the folders are dealt with`;
      await mailboxActivities.recordProgress.executeWithOptions({ summary, ...forWhom(mailbox) }, [{ mailbox }]);
    }
    return room() <= 0;
  }

  async #batch(batch: FolderPage, plan: Plan): Promise<void> {
    const { mailbox } = this.#input;
    try {
      const result = await executeChild<typeof ingestBatch>('ingestBatch', {
        workflowId: ingestBatchId(mailbox, uuid4()),
        args: [{ mailbox, plan, ...batch, refusing: [...this.#refusing] }],
        // A poll that is ended by hand, or cancelled, leaves its batches to finish what they have begun.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        staticSummary: `${mailbox}: ${describe(batch)}`,
        // Its activities inherit it.
        ...forWhom(mailbox),
        typedSearchAttributes: [
          { key: mailboxKey, value: mailbox },
          { key: statusKey, value: 'delivering' },
        ],
      });
      this.#account(result);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = asBatchFailure(error);
      log.warn('batch failed', { mailbox, folder: batch.folder, code: failure.code });
      this.#failures.push(failure);
    }
    setCurrentDetails(pollDetails(mailbox, this.#unread, this.#counts, this.#failures));
  }

  #account(result: BatchResult): void {
    this.#counts = addCounts(this.#counts, result);
    this.#taken += result.taken;
    this.#started += result.started;
    if (result.failure !== undefined) this.#failures.push(result.failure);
    for (const sink of result.refusing) this.#refusing.add(sink);
  }

  /**
   * How many more messages may be taken: what is left of the limit and of what may be in delivery, and none once every
   * sink refuses everything. What stays unread after all (its sink refuses, the server does not give it) takes no room,
   * so that it never keeps the mails behind it waiting.
   */
  #room({ plan, openDeliveries }: UnreadPage, startedBefore: number): number {
    const sinks = sinksOf(plan);
    if (sinks.length > 0 && sinks.every((sink) => this.#refusing.has(sink))) return 0;
    const limit = Math.min(this.#input.limit ?? Number.POSITIVE_INFINITY, plan.limit ?? Number.POSITIVE_INFINITY);
    // The visibility store may lag behind what was started before the page was listed.
    const inDelivery = Math.max(openDeliveries, startedBefore) + this.#started - startedBefore;
    const mayBeHandedOver = plan.maxInDelivery - inDelivery - this.#underWay;
    // Whole batches or none: a page taken one by one, because one more may be handed over, would take all night.
    if (mayBeHandedOver < Math.min(plan.batchSize ?? usualBatchSize, plan.maxInDelivery)) return 0;
    return Math.min(limit - this.#taken - this.#underWay, mayBeHandedOver);
  }

  #remaining(): number {
    return Math.max(0, this.#unread - sumOf(this.#counts));
  }

  #progress(cursor: ListCursor): ContinuedPoll {
    const failures = this.#failures.slice(0, 10);
    const counts = this.#counts;
    const [taken, started, refusing] = [this.#taken, this.#started, [...this.#refusing]];
    return { cursor, unread: this.#unread, counts, taken, started, refusing, failures };
  }

  #failed(): ApplicationFailure {
    const [first] = this.#failures;
    const others = this.#failures.length - 1;
    const more = others === 0 ? '' : ` (and ${others} more ${others === 1 ? 'batch' : 'batches'} failed)`;
    const result = {
      mailbox: this.#input.mailbox,
      unread: this.#unread,
      ...this.#counts,
      remaining: this.#remaining(),
    };
    return ApplicationFailure.create({
      message: `${first?.message ?? ''}${more}`,
      type: first?.code ?? 'LW_BATCH_FAILED',
      nonRetryable: true,
      details: [result],
    });
  }
}

function describe({ folder, uids }: FolderPage): string {
  const range = uids.length === 1 ? `${uids[0]}` : `${uids[0]}–${uids.at(-1)}`;
  return `${uids.length} ${uids.length === 1 ? 'message' : 'messages'} of ${folder} (${range})`;
}
