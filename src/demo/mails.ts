import type { LoadedConfig } from '../config/load-config.js';
import { createSource } from '../mail/create-source.js';
import { alertIdOf, identityOf } from '../mail/identity.js';
import type { MailSource } from '../mail/source.js';
import { mailboxName } from './config-text.js';
import type { DemoMailbox } from './mailbox.js';
import { demoMails } from './samples.js';

const folder = 'INBOX';
const mostBytes = 10 * 1024 * 1024;

/** The mailbox as a mail client sees it. */
export function openSource({ config, secret, baseFolder }: LoadedConfig): MailSource {
  const mailbox = config.mailboxes[mailboxName];
  if (mailbox === undefined) throw new RangeError('the demo has lost its mailbox');
  return createSource(mailboxName, mailbox, secret, baseFolder);
}

/**
 * Puts the sample mails into the mailbox that are not in it yet. The mailbox itself is the record of what was put there,
 * and takes a mail as a whole or not at all, so a crash in between neither loses nor doubles one.
 *
 * @returns how many were put, and how many were there before
 */
export async function fillMailbox(
  mailbox: DemoMailbox,
  source: MailSource,
  signal: AbortSignal,
): Promise<{ readonly put: number; readonly before: number }> {
  const present = new Set(await alertIdsIn(source, signal));
  let put = 0;
  for (const { raw } of demoMails()) {
    if (present.has(alertIdOf(identityOf(raw)))) continue;
    signal.throwIfAborted();
    await mailbox.put(raw);
    put += 1;
  }
  return { put, before: present.size };
}

/** The alert id of each mail in the mailbox, oldest first; twice where a mail is there twice. */
export async function alertIdsIn(source: MailSource, signal: AbortSignal): Promise<readonly string[]> {
  const listing = await source.list(folder, { which: 'all' }, signal);
  const found = new Map<string, string>();
  await source.fetch(
    listing,
    listing.uids,
    { maxBytes: mostBytes },
    async ({ uid, raw }) => {
      const chunks: Buffer[] = [];
      if (Buffer.isBuffer(raw)) chunks.push(raw);
      else for await (const chunk of raw as AsyncIterable<Buffer>) chunks.push(chunk);
      found.set(uid, alertIdOf(identityOf(Buffer.concat(chunks))));
    },
    signal,
  );
  return listing.uids.flatMap((uid) => found.get(uid) ?? []);
}

export async function countUnread(source: MailSource, signal: AbortSignal): Promise<number> {
  return (await source.list(folder, { which: 'unread' }, signal)).uids.length;
}
