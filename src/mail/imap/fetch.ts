import { unreadableError } from '../unreadable.js';
import { type Description, describe, noteUnreadable, type Unreadable } from './describe.js';
import { fetchEach } from './fetch-each.js';
import { type Take, takeInPieces, toFetched } from './pieces.js';
import type { ImapSession } from './session.js';

/** Up to here a message is read whole, together with others. */
const smallBytes = 1024 * 1024;
/** What one command may bring. */
const groupBytes = 16 * 1024 * 1024;

/**
 * Reads messages of the open folder: sizes and dates in one command, small messages many at a time, large ones in
 * pieces. A message is whole when the server has nothing more of it: one that comes shorter than RFC822.SIZE is read
 * again in pieces up to the empty one; then a difference is the server's miscount and the bytes are taken as they are.
 * A cut connection never ends a message: the bytes announced by the literal are missing, and that is an error.
 * Messages that the server has and does not give are told at the end, when all others have been handed over.
 */
export async function fetchMessages(
  session: ImapSession,
  uids: readonly number[],
  maxBytes: number,
  take: Take,
): Promise<void> {
  const unreadable: Unreadable = new Map();
  const described = await describe(session, uids, unreadable);
  const isSmall = ({ sizeBytes }: Description) => sizeBytes <= Math.min(smallBytes, maxBytes);
  const inPieces = described.filter((message) => !isSmall(message));
  for (const group of groups(described.filter(isSmall))) {
    inPieces.push(...(await takeGroup(session, group, maxBytes, take, unreadable)));
  }
  for (const message of inPieces) {
    await takeInPieces(session, message, maxBytes, take, unreadable).catch((error: unknown) => {
      if (!unreadable.has(message.uid)) throw error;
    });
  }
  if (unreadable.size === 0) return;
  const reasons = [...unreadable].map(([uid, reason]): [string, string] => [String(uid), reason]);
  throw unreadableError(session.settings.where, new Map(reasons));
}

function* groups(messages: readonly Description[]): Generator<Description[]> {
  let group: Description[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (group.length > 0 && bytes + message.sizeBytes > groupBytes) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(message);
    bytes += message.sizeBytes;
  }
  if (group.length > 0) yield group;
}

/** Gives back the messages that did not come whole. */
async function takeGroup(
  session: ImapSession,
  group: readonly Description[],
  maxBytes: number,
  take: Take,
  unreadable: Unreadable,
): Promise<readonly Description[]> {
  const uids = group.map(({ uid }) => uid);
  const { found, refused } = await fetchEach(session, uids, { source: true });
  await noteUnreadable(session, [...refused.keys()], refused, unreadable);
  const sources = new Map<number, Buffer>();
  for (const { uid, source } of found) if (Buffer.isBuffer(source)) sources.set(uid, source);
  const left: Description[] = [];
  for (const message of group.filter(({ uid }) => !refused.has(uid))) {
    const raw = sources.get(message.uid);
    if (raw === undefined || raw.length < message.sizeBytes) left.push(message);
    else await take(toFetched(message, raw, maxBytes));
  }
  return left;
}
