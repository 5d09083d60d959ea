import type { HeldMessage, HoldingSink } from './held-message.js';

/** Which held messages are meant: those that all of it fits. */
export interface HeldFilter {
  readonly mailbox?: string | undefined;
  readonly sink?: string | undefined;
  /** Of src/errors/catalogue.ts. */
  readonly code?: string | undefined;
  /** A part of what the sink said, whatever its case; so are `from` and `subject`. */
  readonly reason?: string | undefined;
  /** Held for longer than that, in milliseconds. */
  readonly olderThan?: number | undefined;
  readonly from?: string | undefined;
  readonly subject?: string | undefined;
}

export const filterNames = ['mailbox', 'sink', 'code', 'reason', 'olderThan', 'from', 'subject'] as const;

export function isFiltering(filter: HeldFilter): boolean {
  return filterNames.some((name) => filter[name] !== undefined);
}

/**
 * The messages that are meant, each with those of its sinks that are. Of a message whose sinks are not known only what
 * Temporal's list says can be judged: any question beyond that leaves it out.
 */
export function filtered(
  messages: readonly HeldMessage[],
  filter: HeldFilter,
  now = Date.now(),
): readonly HeldMessage[] {
  return messages.flatMap((message) => {
    if (filter.mailbox !== undefined && message.mailbox !== filter.mailbox) return [];
    if (message.sinks === undefined) return asksMoreThanTheList(filter) ? [] : [message];
    if (!contains(message.from, filter.from) || !contains(message.subject, filter.subject)) return [];
    const sinks = message.sinks.filter((sink) => fits(sink, filter, now));
    return sinks.length === 0 ? [] : [{ ...message, sinks }];
  });
}

function asksMoreThanTheList({ mailbox: _, ...others }: HeldFilter): boolean {
  return isFiltering(others);
}

function fits({ sink, code, reason, since }: HoldingSink, filter: HeldFilter, now: number): boolean {
  if (filter.sink !== undefined && sink !== filter.sink) return false;
  if (filter.code !== undefined && code !== filter.code) return false;
  if (filter.olderThan !== undefined && since.getTime() > now - filter.olderThan) return false;
  return contains(reason, filter.reason);
}

function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}
