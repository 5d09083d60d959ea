import type { Feed } from '../feeds/feed.js';
import type { MailSource } from '../mail/source.js';
import { inSpan } from '../tracing/spans.js';
import type { Metrics } from './metrics.js';
import { observedCall } from './observed-call.js';

/** A mailbox whose sessions with its server are measured and traced. */
export function observedSource(mailbox: string, source: MailSource, { mailboxes }: Metrics): MailSource {
  const observe = <Result>(operation: 'list' | 'fetch' | 'mark', count: number, call: () => Promise<Result>) =>
    inSpan(`mail.${operation}`, { 'lurewatch.mailbox': mailbox, 'lurewatch.count': count }, () =>
      observedCall(mailboxes, { mailbox, operation }, { mailbox }, call),
    );
  return {
    check: (signal) => source.check(signal),
    list: (folder, options, signal) => observe('list', 1, () => source.list(folder, options, signal)),
    fetch: (folder, uids, limits, take, signal) =>
      observe('fetch', uids.length, () => source.fetch(folder, uids, limits, take, signal)),
    receivedAt: async (folder, uid, signal) => source.receivedAt?.(folder, uid, signal),
    markSeen: (folder, uids, ...how) => observe('mark', uids.length, () => source.markSeen(folder, uids, ...how)),
    ...(source.watch === undefined ? {} : { watch: source.watch.bind(source) }),
    unfinished: async (folder, uids, signal) => source.unfinished?.(folder, uids, signal) ?? [],
    close: () => source.close(),
  };
}

/** A feed whose source is measured and traced. Files of this machine, given by hand, are not. */
export function observedFeed(feed: Feed, { feeds }: Metrics): Feed {
  const { name, source } = feed;
  return {
    ...feed,
    source: {
      fetch: (folder, known, signal) =>
        inSpan('feed.fetch', { 'lurewatch.feed': name }, () =>
          observedCall(feeds, { feed: name }, { feed: name }, () => source.fetch(folder, known, signal)),
        ),
      check: (signal) => source.check(signal),
      first: (signal) => source.first(signal),
      close: () => source.close(),
    },
  };
}
