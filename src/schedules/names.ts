/** All our schedules begin so; others may use the namespace too. */
export const schedulePrefix = 'lurewatch-';

/** The memo of a schedule that `lurewatch schedules apply` made: what it is for. Temporal never lets a memo change. */
export const ownerMemo = 'lurewatch';

export function scheduleIdOfMailbox(mailbox: string): string {
  return `${schedulePrefix}mailbox-${mailbox}`;
}

export function scheduleIdOfFeed(feed: string): string {
  return `${schedulePrefix}feed-${feed}`;
}
