import { isRecord } from '../../config/is-record.js';
import type { Mistake } from '../../config/mistakes.js';
import { isSameFolder } from './after.js';

/** What does not go together in a mailbox as the user wrote it. */
export function afterMistakes(path: readonly string[], mailbox: Readonly<Record<string, unknown>>): readonly Mistake[] {
  const { after, read = 'unread', folders = ['INBOX'] } = mailbox;
  const mistake = (reason: string): Mistake => ({ path: [...path, 'after'], of: 'value', reason });
  if (after === 'nothing' && read === 'unread' && mailbox.kind !== 'directory') {
    return [mistake('`nothing` needs `read: new`: what is delivered and stays unread would be new in each poll')];
  }
  const to = isRecord(after) ? after.move : undefined;
  if (typeof to !== 'string' || !Array.isArray(folders) || folders.length === 0) return [];
  const elsewhere = folders.some((folder) => typeof folder !== 'string' || !isSameFolder(folder, to));
  return elsewhere ? [] : [mistake('moves to the very folder that is read: name another one under `move`')];
}

/** Mailboxes that take mails away from another one, which reads the same folder of the same account. */
export function takenAwayMistakes(mailboxes: readonly NamedMailbox[]): readonly Mistake[] {
  return mailboxes.flatMap(([name, mailbox]) => {
    if (mailbox.after !== 'delete' && !(isRecord(mailbox.after) && mailbox.after.move !== undefined)) return [];
    const robbed = mailboxes.find(([other, { host, username, folders }]) => {
      const isSameAccount = host === mailbox.host && username === mailbox.username;
      return other !== name && host !== undefined && isSameAccount && haveFolderInCommon(folders, mailbox.folders);
    });
    if (robbed === undefined) return [];
    const reason = `takes mails away from mailbox \`${robbed[0]}\`, which reads the same folder: make one mailbox of both, with all their \`targets\``;
    return [{ path: ['mailboxes', name, 'after'], of: 'value' as const, reason }];
  });
}

type NamedMailbox = readonly [string, Readonly<Record<string, unknown>>];

function haveFolderInCommon(some: unknown, others: unknown): boolean {
  const namesOf = (folders: unknown) => (Array.isArray(folders) ? folders : ['INBOX']).filter(isText);
  return namesOf(some).some((folder) => namesOf(others).some((other) => isSameFolder(folder, other)));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
