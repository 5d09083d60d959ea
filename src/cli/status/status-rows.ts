import type { FeedStatus, MailboxStatus, Status, SubjectStatus, Verdict } from './types.js';

export interface Row {
  readonly verdict: Verdict;
  /** Name, last run, next run, backlog, oldest unread, in delivery, held. */
  readonly cells: readonly string[];
}

/** A line for each mailbox and feed. */
export function statusRows({ at, mailboxes, feeds }: Status): readonly Row[] {
  return [...mailboxes.map((one) => mailboxRow(one, at)), ...feeds.map((one) => feedRow(one, at))];
}

function mailboxRow(mailbox: MailboxStatus, at: Date): Row {
  const { name, verdict, backlog, olderUnread = 0, oldestUnread, inDelivery, held } = mailbox;
  const oldest = oldestUnread === null ? (backlog === 0 ? '–' : '?') : ageText(at, oldestUnread);
  const backlogText = olderUnread === 0 ? countText(backlog) : `${countText(backlog)} (+${olderUnread} older)`;
  const cells = [`mailbox ${name}`, lastText(mailbox, at), nextText(mailbox, at)];
  return { verdict, cells: [...cells, backlogText, oldest, countText(inDelivery), countText(held)] };
}

function feedRow(feed: FeedStatus, at: Date): Row {
  const { name, verdict, rejectedRows } = feed;
  const rejected = rejectedRows === null || rejectedRows === 0 ? '' : `${rejectedRows} rows rejected`;
  return { verdict, cells: [`feed ${name}`, lastText(feed, at), nextText(feed, at), rejected] };
}

function lastText({ lastRun, schedule }: SubjectStatus, at: Date): string {
  if (lastRun === null) return schedule === 'unknown' ? '?' : 'none yet';
  const { state, startedAt, endedAt } = lastRun;
  return state === 'running'
    ? `running for ${ageText(at, startedAt)}`
    : `${state} ${ageText(at, endedAt ?? startedAt)} ago`;
}

function nextText({ nextRun, schedule }: SubjectStatus, at: Date): string {
  if (schedule === 'paused') return 'paused';
  if (schedule === 'missing') return 'NONE';
  if (schedule === 'byHand') return 'by hand';
  if (nextRun === null) return '?';
  return nextRun <= at ? 'now' : `in ${ageText(nextRun, at)}`;
}

function countText(count: number | null): string {
  return count === null ? '?' : String(count);
}

/** `45s`, `12m`, `5h`, `3d`: one unit is enough to know how bad it is. */
export function ageText(later: Date, earlier: Date): string {
  const seconds = Math.max(0, Math.round((later.getTime() - earlier.getTime()) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}
