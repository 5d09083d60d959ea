import { Readable } from 'node:stream';
import type { MailSource } from '../../src/mail/source.js';
import { unreadableError } from '../../src/mail/unreadable.js';

/** A mailbox in memory: UID → raw message. */
export class MemorySource implements MailSource {
  readonly mails = new Map<string, string>();
  /** UIDs that it lists and does not give. */
  readonly refused = new Set<string>();
  /** UIDs that it gives as a stream, as a server does with large messages. */
  readonly large = new Set<string>();
  /** What was asked for, call by call. */
  readonly asked: (readonly string[])[] = [];
  readonly place = { folder: 'INBOX', uidValidity: '7' };

  readonly check = async () => ({ findings: [] });
  readonly list = async () => ({ ...this.place, uidNext: '', uids: [...this.mails.keys()] });
  readonly markSeen = async () => ({ marked: [], vanished: [], refused: [] });
  readonly close = async () => {};

  async fetch(...[, uids, { maxBytes }, take]: Parameters<MailSource['fetch']>): Promise<void> {
    this.asked.push(uids);
    const unreadable = new Map<string, string>();
    for (const uid of uids) {
      const mail = this.mails.get(uid);
      if (mail === undefined) continue;
      if (this.refused.has(uid)) {
        unreadable.set(uid, 'the server did not give it');
        continue;
      }
      const bytes = Buffer.from(mail).subarray(0, maxBytes);
      const raw = this.large.has(uid) ? Readable.from([bytes]) : bytes;
      await take({ uid, internalDate: new Date(1_770_000_000_000), sizeBytes: Buffer.byteLength(mail), raw });
    }
    if (unreadable.size > 0) throw unreadableError('mailbox soc', unreadable);
  }
}
