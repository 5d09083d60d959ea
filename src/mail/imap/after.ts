import type { MarkSeenResult } from '../source.js';
import type { After } from './after-config.js';
import { keepFlags } from './keep-flags.js';
import type { OpenFolder } from './open-folder.js';
import type { ImapSession } from './session.js';
import { takeAway } from './take-away.js';

/** What is done in one folder: in the one that messages are moved to, they only are marked as read, where that counts. */
export function afterIn(folder: string, after: After, read: 'unread' | 'new'): After {
  if (after.kind !== 'move' || !isSameFolder(folder, after.folder)) return after;
  return read === 'unread' ? { kind: 'read' } : { kind: 'nothing' };
}

/**
 * Does with delivered messages of the open folder what is to be done, and believes only what the server says
 * afterwards. Done twice it is as done once.
 * @param read where \Seen says what is new, a flag alone would leave the message new for ever
 * @param earlier of them, those that somebody may have moved before
 */
export async function finish(
  session: ImapSession,
  open: OpenFolder,
  uids: readonly number[],
  after: After,
  read: 'unread' | 'new',
  earlier: ReadonlySet<number> = new Set(),
): Promise<MarkSeenResult> {
  switch (after.kind) {
    case 'nothing':
      return { marked: [], vanished: [], refused: [] };
    case 'read':
      return keepFlags(session, uids, ['\\Seen']);
    case 'flag':
      return keepFlags(session, uids, read === 'unread' ? [after.flag, '\\Seen'] : [after.flag]);
    case 'delete':
      return takeAway(session, open, uids, { to: undefined, read, earlier });
    case 'move':
      return takeAway(session, open, uids, { to: after, read, earlier });
  }
}

/**
 * The flag that tells of a message that is still there whether it was dealt with; undefined: none does.
 * @param moves whether the server has MOVE
 */
export function tellingFlag(after: After, moves: boolean): string | undefined {
  switch (after.kind) {
    case 'nothing':
      return undefined;
    case 'read':
      return '\\Seen';
    case 'flag':
      return after.flag;
    // Where it could only be marked for removal.
    case 'delete':
      return '\\Deleted';
    // Or was moved and did not go.
    case 'move':
      return moves ? '\\Seen' : '\\Deleted';
  }
}

/**
 * Whether two names may be one folder. Only INBOX is the same in any case (RFC 9051 §5.1), but there are servers that
 * tell no name from another by its case, and what is moved to where it lies is new there in each poll.
 */
export function isSameFolder(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
