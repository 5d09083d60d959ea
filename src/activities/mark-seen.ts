import { Context } from '@temporalio/activity';
import { type WarningCode, warningCatalogue } from '../errors/catalogue.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { MessageRecord } from '../ledger/records.js';
import type { MarkSeenResult } from '../mail/source.js';
import type { FolderPage, MarkSeenReport } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, type Mailbox, mailboxNamed } from './dependencies.js';
import { afterOfMailbox, marksSeen } from './mailbox-options.js';
import { mendEvidence } from './mend-evidence.js';
import { sinksReached } from './sinks-reached.js';

export interface MarkSeenInput extends FolderPage {
  readonly mailbox: string;
  /** Marks them only if this alert, of a report, has nothing left to send. */
  readonly report?: string;
  /** True: a sink of theirs was given up since it is gone from the configuration, so that others may have to get them. */
  readonly sinkGone?: true;
  /** True: they became no alert. They are marked, and nothing else is done with them. */
  readonly skipped?: true;
  /** Of them, those that were delivered before: they may have been moved before, too. */
  readonly earlier?: readonly string[];
}

/**
 * Does with messages that reached all their sinks what the mailbox is configured to (`after`): by default marks them as
 * read. Makes sure that it stuck.
 */
export function createMarkSeen(dependencies: Dependencies) {
  return async function markSeen(input: MarkSeenInput): Promise<MarkSeenReport> {
    const mailbox = mailboxNamed(dependencies, input.mailbox);
    if (input.skipped === true) return markSkipped(mailbox, input);
    if (input.report !== undefined) {
      const reached = await sinksReached(dependencies, mailbox, [input.report]);
      if (!reached.has(input.report)) return { marked: 0, vanished: 0, waits: true };
    }
    if (input.sinkGone !== true && !asksLedger(mailbox)) return markAs(mailbox, input, input.uids);
    const reached = await reachedMessages(dependencies, mailbox, input);
    const { log } = Context.current();
    const unreached = input.uids.length - reached.length;
    if (unreached > 0) log.warn('messages without an outcome at every sink stay where they are', { unreached });
    const spared = reached.filter((record) => isSpared(mailbox, record)).map(({ uid }) => uid);
    if (spared.length > 0) log.warn('messages that were too large to be kept whole are not deleted', { uids: spared });
    const going = reached.filter(({ uid }) => !spared.includes(uid));
    const kept = await keptWhole(dependencies, mailbox, input, going);
    const done = await markAs(mailbox, input, kept);
    const read = spared.length === 0 ? none : await markSkipped(mailbox, { ...input, uids: spared });
    const left = unreached + going.length - kept.length;
    const report = { ...done, marked: done.marked + read.marked, vanished: done.vanished + read.vanished };
    return left === 0 ? report : { ...report, unreached: left };
  };
}

const none: MarkSeenReport = { marked: 0, vanished: 0 };

async function markAs(mailbox: Mailbox, input: MarkSeenInput, uids: readonly string[]): Promise<MarkSeenReport> {
  const { attempt } = Context.current().info;
  const earlier = attempt > 1 ? uids : input.earlier;
  return reportOf(
    input,
    await mailbox.source.markSeen(input, uids, activitySignal(), undefined, earlier),
    wordsFor(mailbox),
  );
}

/**
 * Of messages that are to be deleted, those whose raw mail is in the store as it was received, read from the mailbox
 * again where it was not: nobody else has it then.
 */
async function keptWhole(
  dependencies: Dependencies,
  mailbox: Mailbox,
  input: MarkSeenInput,
  records: readonly MessageRecord[],
): Promise<readonly string[]> {
  const uids = records.map(({ uid }) => uid);
  if (afterOfMailbox(mailbox).kind !== 'delete') return uids;
  const same = await stillTheSame(mailbox, input, records);
  const { lost } = await mendEvidence(dependencies, mailbox, input, same);
  return same.flatMap(({ uid }) => (lost.has(uid) ? [] : [uid]));
}

/**
 * Those that the server received when the ledger says. A mailbox that was restored from a backup may give a number that
 * was used before to another message, under the same UIDVALIDITY: nobody has read that one.
 */
async function stillTheSame(
  { source }: Mailbox,
  input: MarkSeenInput,
  records: readonly MessageRecord[],
): Promise<readonly MessageRecord[]> {
  const same: MessageRecord[] = [];
  for (const record of records) {
    const received = await source.receivedAt?.(input, record.uid, activitySignal());
    const receivedAtMs = received?.getTime() ?? Number.NaN;
    // A server that tells no date that is one has told none before either.
    if (Number.isNaN(receivedAtMs) || receivedAtMs === record.internalDateMs) same.push(record);
  }
  if (same.length < records.length) {
    const uids = records.filter((record) => !same.includes(record)).map(({ uid }) => uid);
    Context.current().log.warn('other messages have these numbers than those that were delivered: not deleted', {
      uids,
    });
  }
  return same;
}

/** Where \Seen does not say what is new, what was skipped needs no mark. */
async function markSkipped(mailbox: Mailbox, input: MarkSeenInput): Promise<MarkSeenReport> {
  if (!marksSeen(mailbox)) return none;
  return reportOf(
    input,
    await mailbox.source.markSeen(input, input.uids, activitySignal(), 'seen'),
    'keep the \\Seen flag',
  );
}

/**
 * Of what was cut at `limits.sizeBytes` the mailbox has the only whole copy: that is not deleted, but marked as read at
 * the most.
 */
export function isSpared(mailbox: Pick<Mailbox, 'config'>, { storedBytes, sizeBytes }: MessageRecord): boolean {
  return afterOfMailbox(mailbox).kind === 'delete' && storedBytes < sizeBytes;
}

function takesAway(mailbox: Mailbox): boolean {
  return ['move', 'delete'].includes(afterOfMailbox(mailbox).kind);
}

/**
 * What is taken away is not taken from anybody's word. Nor is what has a route: since it was decided where a message
 * goes, a worker with another configuration may have brought it elsewhere.
 */
function asksLedger(mailbox: Mailbox): boolean {
  return takesAway(mailbox) || mailbox.config.routes.length > 0;
}

/** Those of which the ledger says that they reached every sink. */
async function reachedMessages(
  dependencies: Dependencies,
  mailbox: Mailbox,
  input: MarkSeenInput,
): Promise<readonly MessageRecord[]> {
  const found = await dependencies.ledger.messages.find(mailbox.name, input, input.uids);
  const records = found.filter((record) => record !== undefined);
  const reached = await sinksReached(dependencies, mailbox, [...new Set(records.map(({ alertId }) => alertId))]);
  return records.filter(({ alertId }) => reached.has(alertId));
}

function reportOf(input: MarkSeenInput, result: MarkSeenResult, words: string): MarkSeenReport {
  const { refused, marked, vanished, stayed = [] } = result;
  if (refused.length > 0) {
    throw new LurewatchError(
      'LW_MAIL_FLAG_LOST',
      `${refused.length} of ${input.uids.length} messages did not ${words} (UIDs ${refused.slice(0, 5).join(', ')})`,
      { where: `mailbox ${input.mailbox}, folder ${input.folder}` },
    );
  }
  if (stayed.length > 0) {
    const code: WarningCode = 'LW_WARN_NOT_MOVED';
    Context.current().log.warn(warningCatalogue[code].meaning, { code, uids: stayed });
  }
  const done = { marked: marked.length, vanished: vanished.length };
  return stayed.length === 0 ? done : { ...done, stayed: stayed.length };
}

function wordsFor(mailbox: Mailbox): string {
  const after = afterOfMailbox(mailbox);
  if (after.kind === 'flag') return `keep the flag ${after.flag}`;
  return takesAway(mailbox) ? 'leave the folder' : 'keep the \\Seen flag';
}
