import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { After } from './after-config.js';
import { keeps, noSuchFolder, type OpenFolder } from './open-folder.js';
import type { ImapSession } from './session.js';
import { waysOf } from './take-away.js';

/** How what follows delivery would be done in a folder, a line for people. Throws where the server would not let us. */
export function checkAfter(session: ImapSession, open: OpenFolder, after: After): readonly string[] {
  const begin = `folder "${open.folder}", after delivery:`;
  switch (after.kind) {
    case 'nothing':
      return [];
    case 'read':
      if (!keeps(open, '\\Seen')) throw notKept(session, open, '\\Seen');
      return [];
    case 'flag':
      if (!keeps(open, after.flag)) throw notKept(session, open, after.flag);
      return [`${begin} ${after.flag} is set`];
    case 'delete':
    case 'move': {
      if (!keeps(open, '\\Deleted')) throw notKept(session, open, '\\Deleted');
      return [`${begin} ${waysText(session, after)}`];
    }
  }
}

/** The folder that messages are moved to. Looks, and makes nothing. */
export async function checkDestination(session: ImapSession, after: After | undefined): Promise<readonly string[]> {
  if (after?.kind !== 'move') return [];
  const names = (await session.folders()).map(({ path }) => path);
  if (names.includes(after.folder)) return [];
  if (!after.create) throw noSuchFolder(session, after.folder, names);
  return [`folder "${after.folder}": not there yet, and made by the first message that is moved`];
}

function waysText(session: ImapSession, after: After): string {
  const { move, expunge } = waysOf(session);
  const to = after.kind === 'move' ? after.folder : undefined;
  if (to !== undefined && move) return `moved to "${to}" (MOVE)`;
  const first = to === undefined ? '' : `copied to "${to}", then `;
  if (expunge) return `${first}deleted by UID (UIDPLUS)`;
  const lacks = to === undefined ? 'has no UIDPLUS' : 'has neither MOVE nor UIDPLUS';
  return `${first}marked \\Deleted and \\Seen; the server ${lacks}, so they stay until somebody expunges the folder`;
}

/** RFC 4314 §4: what a flag needs; any other needs "w". */
const rights: Readonly<Record<string, string>> = { '\\Seen': '"s"', '\\Deleted': '"t" (and "e" to expunge)' };

function notKept(session: ImapSession, { folder }: OpenFolder, flag: string): LurewatchError {
  const what = `the folder "${folder}" does not keep the flag ${flag} for this user`;
  const mend = `Grant the IMAP ACL right ${rights[flag] ?? '"w"'} on it, or choose another \`after\`.`;
  return new LurewatchError('LW_MAIL_READ_ONLY', what, { where: session.settings.where, mend });
}
