import { Secret } from '../../src/config/secret.js';
import { type Dovecot, type DovecotOptions, dovecotAvailable, startDovecot } from '../../src/dev/dovecot.js';
import { ImapSource } from '../../src/mail/imap/imap-source.js';
import { type ImapSettings, imapTimeouts } from '../../src/mail/imap/settings.js';
import type { FetchedMessage, FolderRef, MailSource } from '../../src/mail/source.js';

export const user = 'soc@example.com';
/** Everything that quoting and encoding could get wrong. */
export const password = 'pass: "wörd" \\ {5} %u $1';

/** A real Dovecot with one user. Ends with this process, at the latest. */
export async function startTestDovecot(options: Omit<DovecotOptions, 'users'> = {}): Promise<Dovecot> {
  if ((await dovecotAvailable()) === undefined)
    throw new Error('These tests need Dovecot: apt-get install dovecot-imapd');
  return startDovecot({ users: { [user]: password }, ...options });
}

/** A source for that user over TLS; `changes` to reach it otherwise. */
export function imapSource(dovecot: Dovecot, changes: Partial<ImapSettings> = {}): ImapSource {
  return new ImapSource(imapSettings(dovecot, changes));
}

export function imapSettings(dovecot: Dovecot, changes: Partial<ImapSettings> = {}): ImapSettings {
  return {
    where: 'mailbox soc',
    host: dovecot.host,
    port: dovecot.imapsPort,
    tls: 'implicit',
    ca: dovecot.caFile,
    verify: true,
    username: user,
    password: new Secret(password),
    folders: ['INBOX'],
    read: 'unread',
    connections: 2,
    timeouts: imapTimeouts,
    ...changes,
  };
}

/** What leads to the same server in plain text through another port, such as that of a proxy. */
export function plainThrough(port: number): Partial<ImapSettings> {
  return { port, tls: 'none', ca: undefined };
}

export function rawMail(subject: string, body = 'Hello\r\n'): Buffer {
  const header = `From: a@example.com\r\nTo: soc@example.com\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>`;
  return Buffer.from(`${header}\r\n\r\n${body}`);
}

export interface ReadMessage {
  readonly uid: string;
  readonly internalDate: Date;
  readonly sizeBytes: number;
  readonly raw: Buffer;
}

/** Fetches and collects, streams read to their end. */
export async function readAll(
  source: MailSource,
  folder: FolderRef,
  uids: readonly string[],
  maxBytes = 50_000_000,
): Promise<ReadMessage[]> {
  const read: ReadMessage[] = [];
  await source.fetch(folder, uids, { maxBytes }, async (message) => {
    read.push({ ...message, raw: await bytesOf(message) });
  });
  return read;
}

export async function bytesOf(message: FetchedMessage): Promise<Buffer> {
  return Buffer.isBuffer(message.raw) ? message.raw : Buffer.concat(await message.raw.toArray());
}
