import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { MarkSeenResult } from '../source.js';
import { stillThere } from './fetch-each.js';
import { keepFlags } from './keep-flags.js';
import { copyOnce, type Destination, type Left, moveOnce } from './move-or-copy.js';
import type { OpenFolder } from './open-folder.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

/** For whoever empties the folder. */
const removable = ['\\Deleted', '\\Seen'] as const;

/** How messages are taken away. */
export interface TakingAway {
  /** Undefined: they are deleted. */
  readonly to: Destination | undefined;
  readonly read: 'unread' | 'new';
  /** Those that may have been moved before, by somebody who then died or was refused. */
  readonly earlier: ReadonlySet<number>;
}

/**
 * Takes messages out of the open folder: moves them, or without a destination deletes them. Only by UID: EXPUNGE without
 * UIDs would take along what others have marked. Where the server cannot (`waysOf`), they stay there with \Deleted and
 * \Seen, for whoever empties the folder.
 */
export async function takeAway(
  session: ImapSession,
  open: OpenFolder,
  uids: readonly number[],
  { to, read, earlier }: TakingAway,
): Promise<MarkSeenResult> {
  const before = await stillThere(session, uids);
  const there = uids.filter((uid) => before.has(uid));
  const vanished = uids.filter((uid) => !before.has(uid)).map(String);
  if (there.length === 0) return { marked: [], refused: [], vanished };

  const ways = waysOf(session);
  if (to !== undefined && ways.move) {
    const left = await moveOnce(session, open, there, to, earlier);
    const done = { marked: without(there, left.uids), refused: [], vanished };
    return left.uids.length === 0 ? done : sum(done, await flagLeft(session, left, read));
  }
  if (to !== undefined) await copyOnce(session, open, there, to);
  if (!ways.expunge) return sum({ marked: [], refused: [], vanished }, await keepFlags(session, there, removable));
  const stuck = await expunged(session, there);
  const done = { marked: without(there, stuck), refused: [], vanished };
  if (stuck.length === 0) return done;
  if (to === undefined) return { ...done, refused: stuck.map(String) };
  const flagged = await keepFlags(session, stuck, removable);
  return sum(done, { ...flagged, stayed: flagged.marked });
}

function without(uids: readonly number[], left: readonly number[]): readonly string[] {
  const stays = new Set(left);
  return uids.filter((uid) => !stays.has(uid)).map(String);
}

function sum(one: MarkSeenResult, other: MarkSeenResult): MarkSeenResult {
  const { stayed = [] } = other;
  return {
    marked: [...one.marked, ...other.marked],
    refused: [...one.refused, ...other.refused],
    vanished: [...one.vanished, ...other.vanished],
    ...(stayed.length === 0 ? {} : { stayed }),
  };
}

/** Whether the server has MOVE (RFC 6851), and EXPUNGE by UID (UIDPLUS, RFC 4315). */
export function waysOf(session: ImapSession): { readonly move: boolean; readonly expunge: boolean } {
  return { move: session.has('MOVE'), expunge: session.has('UIDPLUS') };
}

/**
 * What a MOVE leaves is done with: moved again in each poll it would be copied again in each. It is never deleted, nor
 * marked for it: where folders are views of each other (Gmail's All Mail, Dovecot's virtual ones) the copy is the same
 * message, and would go with it.
 */
async function flagLeft(
  session: ImapSession,
  { uids, withoutCopy }: Left,
  read: 'unread' | 'new',
): Promise<MarkSeenResult> {
  // With `new` \Seen says nothing of what is new: what has no copy is not done with.
  const uncopied = read === 'new' ? await withoutCopy() : [];
  const seen = await keepFlags(
    session,
    uids.filter((uid) => !uncopied.includes(uid)),
    ['\\Seen'],
  );
  return { ...seen, refused: [...seen.refused, ...uncopied.map(String)], stayed: seen.marked };
}

/** Deletes by UID; those that are there all the same. */
async function expunged(session: ImapSession, uids: readonly number[]): Promise<readonly number[]> {
  if (uids.length === 0) return [];
  for (const range of uidRanges(uids)) await expunge(session, range);
  const left = await stillThere(session, uids);
  return uids.filter((uid) => left.has(uid));
}

/** imapflow would send an EXPUNGE for all where the server has none by UID. */
async function expunge(session: ImapSession, range: string): Promise<void> {
  if (!session.has('UIDPLUS')) throw new LurewatchError('LW_INTERNAL', 'nothing is expunged without UIDs');
  const done = await session.run('delete messages', (client) => client.messageDelete(range, { uid: true }));
  if (!done && !session.usable) throw session.refusal('delete messages');
}
