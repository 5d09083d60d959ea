import {
  ApplicationFailure,
  continueAsNew,
  executeChild,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { mailboxKey, statusKey } from '../temporal/search-attribute-keys.js';
import { batchActivities, mailboxActivities } from './activities.js';
import { addCounts, noCounts, sumOf } from './counts.js';
import { asBatchFailure, withItsOwnWords } from './failures.js';
import { ingestBatchId } from './ids.js';
import type { ingestBatch } from './ingest-batch.js';
import { checkIngestMailboxInput } from './input.js';
import { pollDetails } from './markdown.js';
import type {
  BatchFailure,
  BatchResult,
  ContinuedPoll,
  Counts,
  FolderPage,
  IngestMailboxInput,
  IngestMailboxResult,
  ListCursor,
  MessagePreview,
  Plan,
  UnreadPage,
} from './types.js';

const batchSize = 50;
const batchesPerPage = 20;
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
  #batches = 0;
  #blocked = false;

  constructor(input: IngestMailboxInput) {
    const before = input.continued;
    this.#input = input;
    this.#counts = before?.counts ?? noCounts;
    this.#unread = before?.unread ?? 0;
    this.#taken = before?.taken ?? 0;
    this.#started = before?.started ?? 0;
    this.#failures = [...(before?.failures ?? [])];
  }

  async run(): Promise<IngestMailboxResult> {
    let cursor = this.#input.continued?.cursor;
    for (;;) {
      const page = await this.#list(cursor, batchSize * batchesPerPage);
      if (cursor === undefined) this.#unread = page.unread;
      this.#counts = addCounts(this.#counts, { ...noCounts, inDelivery: page.inDelivery, held: page.held });
      await this.#ingest(page);
      cursor = page.next;
      if (cursor === undefined || this.#blocked || this.#room(page) <= 0) break;
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
    const preview: MessagePreview[] = [];
    for (const batch of batchesOf(page.folders, batchSize)) {
      const summary = `${mailbox}: look at ${describe(batch)}`;
      preview.push(...(await batchActivities.previewMessages.executeWithOptions({ summary }, [{ mailbox, ...batch }])));
    }
    const { inDelivery, held } = page;
    const remaining = page.unread - inDelivery - held;
    return { mailbox, unread: page.unread, ...noCounts, inDelivery, held, remaining, preview };
  }

  async #list(cursor: ListCursor | undefined, pageSize: number): Promise<UnreadPage> {
    const { mailbox } = this.#input;
    const summary = cursor === undefined ? `${mailbox}: list unread` : `${mailbox}: list more unread`;
    const request = { mailbox, pageSize, ...(cursor === undefined ? {} : { cursor }) };
    return mailboxActivities.listUnread.executeWithOptions({ summary }, [request]);
  }

  async #ingest(page: UnreadPage): Promise<void> {
    const batches = batchesOf(page.folders, batchSize).values();
    const lane = async () => {
      for (;;) {
        const room = Math.min(this.#room(page), batchSize);
        const next = this.#blocked || room <= 0 ? undefined : batches.next().value;
        if (next === undefined) return;
        this.#taken += Math.min(next.uids.length, room);
        await this.#batch({ ...next, uids: next.uids.slice(0, room) }, page.plan);
      }
    };
    await Promise.all(Array.from({ length: page.plan.parallelBatches }, lane));
    if (!page.plan.marks && this.#taken > 0) {
      const { mailbox } = this.#input;
      const summary = `${mailbox}: note how far the folders are dealt with`;
      await mailboxActivities.recordProgress.executeWithOptions({ summary }, [{ mailbox }]);
    }
  }

  async #batch(batch: FolderPage, plan: Plan): Promise<void> {
    const { mailbox } = this.#input;
    this.#batches += 1;
    try {
      const result = await executeChild<typeof ingestBatch>('ingestBatch', {
        workflowId: ingestBatchId(mailbox, workflowInfo().runId, this.#batches),
        args: [{ mailbox, plan, ...batch }],
        // A poll that is ended by hand leaves its batches to finish what they have begun.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${mailbox}: ${describe(batch)}`,
        typedSearchAttributes: [{ key: mailboxKey, value: mailbox }],
      });
      this.#account(result);
    } catch (error) {
      const failure = asBatchFailure(error);
      log.warn('batch failed', { mailbox, folder: batch.folder, code: failure.code });
      this.#failures.push(failure);
    }
    setCurrentDetails(pollDetails(mailbox, this.#unread, this.#counts, this.#failures));
  }

  #account(result: BatchResult): void {
    this.#counts = addCounts(this.#counts, result);
    this.#started += result.started;
    if (result.failure !== undefined) this.#failures.push(result.failure);
    if (result.blocked) this.#blocked = true;
  }

  /** How many more messages may be taken: the poll's limit, and what may be in delivery. */
  #room(page: UnreadPage): number {
    const limit = Math.min(this.#input.limit ?? Number.POSITIVE_INFINITY, page.plan.limit ?? Number.POSITIVE_INFINITY);
    const inDelivery = Math.max(page.openDeliveries, this.#started);
    if (inDelivery >= page.plan.maxInDelivery) return 0;
    return limit - this.#taken;
  }

  #remaining(): number {
    return Math.max(0, this.#unread - sumOf(this.#counts));
  }

  #progress(cursor: ListCursor): ContinuedPoll {
    const failures = this.#failures.slice(0, 10);
    const counts = this.#counts;
    return { cursor, unread: this.#unread, counts, taken: this.#taken, started: this.#started, failures };
  }

  #failed(): ApplicationFailure {
    const [first] = this.#failures;
    const others = this.#failures.length > 1 ? ` (and ${this.#failures.length - 1} more batches failed)` : '';
    const result = {
      mailbox: this.#input.mailbox,
      unread: this.#unread,
      ...this.#counts,
      remaining: this.#remaining(),
    };
    return ApplicationFailure.create({
      message: `${first?.message ?? ''}${others}`,
      type: first?.code ?? 'LW_BATCH_FAILED',
      nonRetryable: true,
      details: [result],
    });
  }
}

function batchesOf(folders: readonly FolderPage[], size: number): readonly FolderPage[] {
  return folders.flatMap(({ folder, uidValidity, uids }) =>
    Array.from({ length: Math.ceil(uids.length / size) }, (_, index) => ({
      folder,
      uidValidity,
      uids: uids.slice(index * size, (index + 1) * size),
    })),
  );
}

function describe({ folder, uids }: FolderPage): string {
  const range = uids.length === 1 ? `${uids[0]}` : `${uids[0]}–${uids.at(-1)}`;
  return `${uids.length} ${uids.length === 1 ? 'message' : 'messages'} of ${folder} (${range})`;
}
