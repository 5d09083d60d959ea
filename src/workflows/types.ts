import type { Fate } from '../sinks/fate.js';

/** What travels through histories. References, ids and counts only: never a mail body, never a secret. */

export interface IngestMailboxInput {
  readonly mailbox: string;
  /** Look, send nothing, write nothing. */
  readonly dryRun?: boolean;
  /** At most so many messages. */
  readonly limit?: number;
  /** Where an earlier run of the same poll stopped. Set by the workflow itself when it continues as new. */
  readonly continued?: ContinuedPoll;
}

export interface IngestMailboxResult {
  readonly mailbox: string;
  /** Unread messages (`read: new`: messages not yet dealt with) when the poll began. */
  readonly unread: number;
  readonly delivered: number;
  /** Already delivered before, now marked. */
  readonly duplicates: number;
  /** Left to a workflow of their own that still has a sink to reach. */
  readonly inDelivery: number;
  /** Rejected by a sink and waiting for a person. */
  readonly held: number;
  /** No longer in the mailbox when they were to be read. */
  readonly vanished: number;
  /** No alert by an expression of the mailbox's `skip`. Absent: none. */
  readonly skipped?: number;
  /** Not taken: above the limit, or of a batch that failed. */
  readonly remaining: number;
  /** With `dryRun`: the alerts that would be made (the first 100). */
  readonly preview?: readonly MessagePreviewLine[];
}

export type Counts = Omit<IngestMailboxResult, 'mailbox' | 'unread' | 'remaining' | 'preview'>;

export interface MessagePreview {
  readonly alertId: string;
  /** Of a mail that a report carries: who reported it. */
  readonly reportedBy?: string;
  readonly from: string;
  readonly subject: string;
  readonly urls: readonly string[];
  readonly findings: readonly string[];
  /** It would become no alert: `subject matches ^Out of office`. */
  readonly skippedBy?: string;
  /** Where its route would lead it; absent where the mailbox has no routes. `rule`: null where none matches. */
  readonly route?: { readonly rule: string | null; readonly targets: readonly string[] };
}

export type MessagePreviewLine = MessagePreview | UnreadablePreview;

/** A message that the mailbox lists and does not give. */
export interface UnreadablePreview {
  readonly uid: string;
  /** Why. */
  readonly unreadable: string;
}

export interface ContinuedPoll {
  readonly cursor: ListCursor;
  readonly unread: number;
  readonly counts: Counts;
  /** What the batches took, for the limit. */
  readonly taken: number;
  /** Messages that this poll handed over to `deliverMessage` workflows: the visibility store may not show them yet. */
  readonly started: number;
  /** Sinks that refuse everything: nothing more is sent to them in this poll. */
  readonly refusing: readonly string[];
  readonly failures: readonly BatchFailure[];
}

/** A place in the list of unread messages of a mailbox. */
export interface ListCursor {
  /** Index into the configured folders. */
  readonly folder: number;
  /** The last UID of that folder that was taken or passed over; '' at its beginning. */
  readonly after: string;
  /** For each folder its UIDVALIDITY and UIDNEXT when the poll began: later mail is for the next poll. */
  readonly began: readonly { readonly uidValidity: string; readonly uidNext: string }[];
}

export interface UnreadPage {
  /** All that is unread, in all folders, at the time of asking. */
  readonly unread: number;
  readonly folders: readonly FolderPage[];
  /** Of the messages passed over on this page: carried by open `deliverMessage` workflows, and held by them. */
  readonly inDelivery: number;
  readonly held: number;
  /** Messages of the mailbox that open `deliverMessage` workflows carry. */
  readonly openDeliveries: number;
  /** When the server received the first unread message that is not held, ISO 8601; absent where there is none, and where nobody monitors. */
  readonly oldest?: string;
  /** Undefined: this was the last page. */
  readonly next?: ListCursor;
  readonly plan: Plan;
}

export interface FolderPage {
  readonly folder: string;
  readonly uidValidity: string;
  readonly uids: readonly string[];
}

/** What the workflows need to know of the configuration. */
export interface Plan {
  readonly targets: readonly string[];
  readonly misp: boolean;
  /**
   * Where the mailbox has routes: the sinks of an alert whose row names none, since a worker that knows of no routes
   * prepared it. `targets` are those of all routes together then.
   */
  readonly unrouted?: readonly string[];
  /** False: nothing is done with delivered messages, as is usual with `read: new`. */
  readonly marks: boolean;
  /** What is done with them. Absent: they are marked as read, if anything. */
  readonly after?: 'move' | 'flag' | 'delete';
  /** True: how far the folders are dealt with is noted, though messages are marked. Else it is where they are not. */
  readonly notesProgress?: true;
  readonly parallelBatches: number;
  /** How long a batch keeps trying a sink before its messages go on one by one. */
  readonly patienceMs: number;
  readonly maxInDelivery: number;
  readonly limit?: number;
  /** Messages that travel together, where they are fewer than usual: each may be many alerts, or there is a limit. */
  readonly batchSize?: number;
  /** True: what is skipped stays unread. */
  readonly leavesSkipped?: true;
  /** True: the mailbox is read no faster than its limit says, on a queue of its own. */
  readonly limited?: true;
  /** Of the sinks that have a limit: so many alerts travel in one activity. */
  readonly alertsPerActivity?: Readonly<Record<string, number>>;
}

export interface IngestBatchInput extends FolderPage {
  readonly mailbox: string;
  readonly plan: Plan;
  /** Sinks that refused everything just now: nothing is sent to them. */
  readonly refusing: readonly string[];
}

export interface BatchResult extends Counts {
  readonly remaining: number;
  /** Messages that came closer to their end: what a poll's limit counts. */
  readonly taken: number;
  /** How many messages it handed over to `deliverMessage` workflows. */
  readonly started: number;
  /** Sinks that refused every alert they were given: more batches would fare the same there. */
  readonly refusing: readonly string[];
  /** Set where the batch could not do its work: a sink that refuses everything, a folder that was renumbered. */
  readonly failure?: BatchFailure;
}

export interface BatchFailure {
  readonly code: string;
  readonly message: string;
}

/** One message of a batch, for workflows. */
export interface BatchMessage {
  readonly uid: string;
  readonly alertId: string;
  /**
   * `fresh`: not met before. `known`: met before, with a sink still to reach. `reached`: all sinks reached before.
   * `carried`: an open `deliverMessage` workflow has it. `skipped`: the mailbox makes no alert of it.
   */
  readonly state: 'fresh' | 'known' | 'reached' | 'carried' | 'skipped';
  /** Of a report whose mails are alerts of their own: those to bring to the sinks now. Absent: the message's own. */
  readonly alertIds?: readonly string[];
  /** True: open `deliverMessage` workflows have further mails of the report. */
  readonly othersCarried?: boolean;
}

export interface FetchResult {
  readonly messages: readonly BatchMessage[];
  readonly vanished: readonly string[];
  /**
   * Messages that the server lists and cannot give, or whose records are damaged beyond mending. They stay unread, and
   * the poll says so. `code` where it is not the server's doing.
   */
  readonly unreadable: readonly { readonly uid: string; readonly reason: string; readonly code?: string }[];
}

/** A batch whose alerts are in the store. */
export interface PreparedBatch extends FetchResult {
  /** Of the alerts that wait for a sink, each once. */
  readonly rows: readonly AlertRow[];
  /** What the mailbox makes no alert of. Absent: nothing. */
  readonly skipped?: readonly SkippedRow[];
  /** How long each stage took in the last attempt, in milliseconds. */
  readonly tookMs: Readonly<Record<string, number>>;
}

/** A line of the table that the Web UI shows. */
export interface AlertRow {
  readonly alertId: string;
  readonly from: string;
  readonly subject: string;
  readonly urls: number;
  /** The sinks that it goes to, where the mailbox has routes, or had. Absent: all of the plan. */
  readonly sinks?: readonly string[];
}

/** The same of a message that becomes no alert. */
export interface SkippedRow extends Omit<AlertRow, 'urls'> {
  /** `subject matches ^Out of office`. */
  readonly why: string;
}

export interface SinkReport {
  readonly fates: readonly Fate[];
  /** Why some are still open, once there is no more patience or no retry can help. */
  readonly trouble?: BatchFailure & {
    readonly retryable: boolean;
    /** True: the sink refused every alert it was given. */
    readonly refusesAll: boolean;
    /** The sink asked for a pause that outlasts the batch's patience: nothing more before then. */
    readonly notBeforeMs?: number;
  };
}

/** A sink still to reach. */
export interface OpenSink {
  readonly sink: string;
  /** Why it rejected the message, where the batch has been told so already. */
  readonly rejected?: string;
  /** Since when it is held, where an earlier run of the workflow held it. */
  readonly heldSinceMs?: number;
  /** It asked us to wait until then. */
  readonly notBeforeMs?: number;
}

export interface DeliverMessageInput {
  readonly mailbox: string;
  readonly folder: string;
  readonly uidValidity: string;
  readonly uid: string;
  readonly alertId: string;
  /**
   * The alert is that of a mail which the message carries: the alert id of the message. It is marked once all mails of
   * it have reached all their sinks, by whichever comes last.
   */
  readonly report?: string;
  readonly marks: boolean;
  /** A sink was given up since it is gone from the configuration, by a run that this one continues. */
  readonly sinkGone?: true;
  readonly sinks: readonly OpenSink[];
  /** The run that handed the message over and sends no more. */
  readonly predecessors: readonly { readonly workflowId: string; readonly runId: string }[];
  readonly from: string;
  readonly subject: string;
}

export interface DeliverMessageResult {
  readonly alertId: string;
  readonly sinks: readonly {
    readonly sink: string;
    readonly end: 'delivered' | 'discarded';
    readonly reference: string;
  }[];
  readonly marked: boolean;
}

/** Input of the updates `retry` and `discard`. */
export interface Decision {
  readonly who: string;
  readonly why: string;
  /** Only for these of its sinks. Absent: for all that wait for a decision. */
  readonly sinks?: readonly string[];
}

/** What a `deliverMessage` workflow that is held keeps in its memo, so that a list of thousands tells why. */
export interface HeldMemo {
  readonly from: string;
  readonly subject: string;
  readonly sinks: readonly HeldSink[];
}

export interface HeldSink {
  readonly sink: string;
  /** Why it rejected the message. */
  readonly reason: string;
  readonly sinceMs: number;
}

/** Answer of the query `state`. */
export interface DeliveryState {
  readonly alertId: string;
  readonly mailbox: string;
  readonly from: string;
  readonly subject: string;
  readonly sinks: readonly SinkState[];
}

export interface SinkState {
  readonly sink: string;
  readonly state: 'delivering' | 'waiting' | 'held' | 'discarding' | 'delivered' | 'discarded';
  /** Why it waits or is held; the reference where it was delivered. */
  readonly detail: string;
}

export interface DiscardReport {
  /** The sink is not configured any more: the message goes to the others that its mailbox has now. */
  readonly gone: boolean;
}

/** What the mail server says, not what we asked. */
export interface MarkSeenReport {
  readonly marked: number;
  readonly vanished: number;
  /** True: nothing was marked, since another mail of the report has a sink still to reach. */
  readonly waits?: boolean;
  /** Messages that the server left where they were, though it took the command to move them. Their flags are set. */
  readonly stayed?: number;
  /** Messages that were not taken away, since the ledger does not say that they reached every sink. */
  readonly unreached?: number;
}
