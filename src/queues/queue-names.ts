/**
 * Temporal's task queues, all named after the one of the configuration. Under that name itself there are two, as under
 * any: the workflows' and the mail's. Pure, since workflows derive the names too.
 */

/** What a step needs that touches a target or MISP. */
export function sinkQueue(base: string, sink: string): string {
  return `${base}/sink/${sink}`;
}

/** Reading sources of feeds, for hours perhaps. */
export function feedsQueue(base: string): string {
  return `${base}/feeds`;
}

/** Reading the mails of a mailbox that has a limit. */
export function mailboxQueue(base: string, mailbox: string): string {
  return `${base}/mailbox/${mailbox}`;
}
