import type { Window } from '../ledger/progress.js';
import { type After, afterOf } from '../mail/imap/after-config.js';
import { beginOf } from '../mail/since-config.js';
import type { MailSource } from '../mail/source.js';
import type { Mailbox } from './dependencies.js';

const dayMs = 24 * 60 * 60_000;

export function foldersOf({ config }: Pick<Mailbox, 'config'>): readonly string[] {
  return config.kind === 'imap' ? config.folders : ['INBOX'];
}

/** Whether \Seen says what is new. */
export function marksSeen({ config }: Pick<Mailbox, 'config'>): boolean {
  return config.kind === 'directory' || config.read === 'unread';
}

/** What becomes of its messages once they are delivered. */
export function afterOfMailbox({ config }: Pick<Mailbox, 'config'>): After {
  return config.kind === 'directory' ? { kind: 'read' } : afterOf(config);
}

export function listOptions(mailbox: Pick<Mailbox, 'config'>, now = Date.now()): Parameters<MailSource['list']>[1] {
  const { since, daysBack } = mailbox.config;
  const begins = [
    ...(since === undefined ? [] : [beginOf(since)]),
    ...(daysBack === undefined ? [] : [now - daysBack * dayMs]),
  ];
  return {
    which: marksSeen(mailbox) ? 'unread' : 'all',
    ...(begins.length === 0 ? {} : { since: new Date(Math.max(...begins)) }),
  };
}

/** The part of a folder that records of progress are about. */
export function windowOf({ config: { since, daysBack } }: Pick<Mailbox, 'config'>, now = Date.now()): Window {
  // What begins later than the fixed day or time needs no more than that one's record.
  const begins = daysBack === undefined ? undefined : new Date(now - daysBack * dayMs).toISOString().slice(0, 10);
  return { since: since !== undefined && (begins === undefined || since > begins) ? since : begins, daysBack };
}
