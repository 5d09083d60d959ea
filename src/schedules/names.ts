/** All our schedules begin so; others may use the namespace too. */
export const schedulePrefix = 'lurewatch-';

/** The memo of a schedule that `lurewatch schedules apply` made: what it is for. Temporal never lets a memo change. */
export const ownerMemo = 'lurewatch';

export const scheduleIdOfEvidence = `${schedulePrefix}evidence`;

export function scheduleIdOfMailbox(mailbox: string): string {
  return `${schedulePrefix}mailbox-${mailbox}`;
}

/** Of who listens for new mail. */
export function scheduleIdOfPush(mailbox: string): string {
  return `${schedulePrefix}push-${mailbox}`;
}

/** Of the mailbox whose schedule this is; undefined: it is none's. */
export function mailboxOfSchedule(id: string): string | undefined {
  const prefix = scheduleIdOfMailbox('');
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

export function isPushSchedule(id: string): boolean {
  return id.startsWith(scheduleIdOfPush(''));
}

export function scheduleIdOfFeed(feed: string): string {
  return `${schedulePrefix}feed-${feed}`;
}
