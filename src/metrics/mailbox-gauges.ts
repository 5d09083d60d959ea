import type { Config } from '../config/schema.js';
import type { UnreadPage } from '../workflows/types.js';
import type { Metrics } from './metrics.js';

interface Listing {
  readonly atMs: number;
  /** When the server received the mail that waits longest. */
  readonly oldestMs: number | undefined;
}

/** Another worker may list a mailbox from now on: after so many missed turns what this one saw is not told any more. */
const turnsUntilStale = 3;
const leastMsUntilStale = 60_000;

/**
 * What polls found, as of now. A mail grows older while nobody polls, so its age is worked out when it is asked for; and
 * a worker that lists the mailbox no more, because others do, leaves it to them after a few intervals.
 */
export class MailboxGauges {
  readonly #metrics: Metrics['mailboxes'];
  readonly #mailboxes: Config['mailboxes'];
  readonly #now: () => number;
  readonly #listings = new Map<string, Listing>();

  constructor({ mailboxes }: Metrics, config: Config, now: () => number = Date.now) {
    this.#metrics = mailboxes;
    this.#mailboxes = config.mailboxes;
    this.#now = now;
    for (const [mailbox, { every }] of Object.entries(config.mailboxes)) {
      mailboxes.every.set({ mailbox }, every / 1000);
      mailboxes.lastPoll.set({ mailbox }, now() / 1000);
    }
  }

  listed(
    mailbox: string,
    { unread, openDeliveries, oldest }: Pick<UnreadPage, 'unread' | 'openDeliveries' | 'oldest'>,
  ) {
    const atMs = this.#now();
    this.#listings.set(mailbox, { atMs, oldestMs: oldest === undefined ? undefined : Date.parse(oldest) });
    this.#metrics.lastPoll.set({ mailbox }, atMs / 1000);
    this.#metrics.unread.set({ mailbox }, unread);
    this.#metrics.inDelivery.set({ mailbox }, openDeliveries);
  }

  /** A poll has ended and left nothing but held mails. */
  cleared(mailbox: string): void {
    const listing = this.#listings.get(mailbox);
    if (listing !== undefined) this.#listings.set(mailbox, { ...listing, oldestMs: undefined });
  }

  /** To be called before the metrics are told. */
  refresh(): void {
    const now = this.#now();
    for (const [mailbox, { atMs, oldestMs }] of this.#listings) {
      const every = this.#mailboxes[mailbox]?.every ?? 0;
      if (now - atMs <= Math.max(turnsUntilStale * every, leastMsUntilStale)) {
        this.#metrics.oldest.set({ mailbox }, oldestMs === undefined ? 0 : Math.max(0, now - oldestMs) / 1000);
        continue;
      }
      this.#listings.delete(mailbox);
      for (const stale of [this.#metrics.oldest, this.#metrics.unread, this.#metrics.inDelivery]) {
        stale.remove({ mailbox });
      }
    }
  }
}
