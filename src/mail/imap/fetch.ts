import { Readable } from 'node:stream';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FetchedMessage } from '../source.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

type Take = (message: FetchedMessage) => Promise<void>;

interface Description {
  readonly uid: number;
  readonly internalDate: Date;
  /** As the server says it (RFC822.SIZE). Some servers are wrong by a little, so no reading ends because of it. */
  readonly sizeBytes: number;
}

/** Up to here a message is read whole, together with others. */
const smallBytes = 1024 * 1024;
/** What one command may bring. */
const groupBytes = 16 * 1024 * 1024;
/** How much of a large message is in memory at a time. */
const pieceBytes = 1024 * 1024;

/**
 * Reads messages of the open folder: sizes and dates in one command, small messages many at a time, large ones in
 * pieces. A message is whole when the server has nothing more of it: one that comes shorter than RFC822.SIZE is read
 * again in pieces up to the empty one; then a difference is the server's miscount and the bytes are taken as they are.
 * A cut connection never ends a message: the bytes announced by the literal are missing, and that is an error.
 */
export async function fetchMessages(
  session: ImapSession,
  uids: readonly number[],
  maxBytes: number,
  take: Take,
): Promise<void> {
  const described = await describe(session, uids);
  const isSmall = ({ sizeBytes }: Description) => sizeBytes <= Math.min(smallBytes, maxBytes);
  const inPieces = described.filter((message) => !isSmall(message));
  for (const group of groups(described.filter(isSmall))) {
    inPieces.push(...(await takeGroup(session, group, maxBytes, take)));
  }
  for (const message of inPieces) await takeInPieces(session, message, maxBytes, take);
}

async function describe(session: ImapSession, uids: readonly number[]): Promise<Description[]> {
  const found = new Map<number, Description>();
  for (const range of uidRanges(uids)) {
    for (const { uid, size, internalDate } of await session.fetchAll(range, { size: true, internalDate: true })) {
      if (size !== undefined) found.set(uid, { uid, sizeBytes: size, internalDate: toDate(internalDate) });
    }
  }
  await assertGone(
    session,
    uids.filter((uid) => !found.has(uid)),
  );
  return uids.flatMap((uid) => found.get(uid) ?? []);
}

/** UIDs of `uids` that are in the open folder. */
export async function stillThere(session: ImapSession, uids: readonly number[]): Promise<Set<number>> {
  const there = new Set<number>();
  for (const range of uidRanges(uids)) {
    for (const uid of await session.search({ uid: range })) there.add(uid);
  }
  return there;
}

/** imapflow skips an answer that it cannot parse; such a message must not pass for one that vanished. */
async function assertGone(session: ImapSession, missing: readonly number[]): Promise<void> {
  if (missing.length === 0) return;
  const [unread] = await stillThere(session, missing);
  if (unread !== undefined) throw unreadable(session, unread);
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
): Promise<Description[]> {
  const left: Description[] = [];
  for (const range of uidRanges(group.map(({ uid }) => uid))) {
    const sources = new Map<number, Buffer>();
    for (const { uid, source } of await session.fetchAll(range, { source: true })) {
      if (Buffer.isBuffer(source)) sources.set(uid, source);
    }
    for (const message of group.filter(({ uid }) => inRange(range, uid))) {
      const raw = sources.get(message.uid);
      sources.delete(message.uid);
      if (raw === undefined || raw.length < message.sizeBytes) left.push(message);
      else await take(toFetched(message, raw, maxBytes));
    }
  }
  return left;
}

function inRange(range: string, uid: number): boolean {
  return range.split(',').some((piece) => {
    const [first = 0, last = first] = piece.split(':').map(Number);
    return uid >= first && uid <= last;
  });
}

async function takeInPieces(session: ImapSession, message: Description, maxBytes: number, take: Take): Promise<void> {
  const pieces = readPieces(session, message, maxBytes);
  const first = await pieces.next();
  if (first.done === true) return;
  if (first.value.length < pieceBytes && first.value.length < maxBytes) {
    const second = await pieces.next();
    if (second.done === true) return take(toFetched(message, first.value, maxBytes));
    return takeStream(message, joined([first.value, second.value], pieces), take);
  }
  return takeStream(message, joined([first.value], pieces), take);
}

async function takeStream(message: Description, pieces: AsyncGenerator<Buffer>, take: Take): Promise<void> {
  let failure: unknown;
  const remembering = async function* () {
    try {
      yield* pieces;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const raw = Readable.from(remembering(), { objectMode: false, highWaterMark: 1 });
  raw.on('error', () => {});
  try {
    await take({ uid: String(message.uid), internalDate: message.internalDate, sizeBytes: message.sizeBytes, raw });
  } catch (error) {
    throw failure ?? error;
  } finally {
    raw.destroy();
  }
  if (failure !== undefined) throw failure;
}

/** Ends without any piece where the message has vanished. */
async function* readPieces(session: ImapSession, message: Description, maxBytes: number): AsyncGenerator<Buffer> {
  let offset = 0;
  while (offset < maxBytes) {
    const wanted = Math.min(pieceBytes, maxBytes - offset);
    const piece = await session.fetchPiece(message.uid, offset, wanted);
    if (piece === undefined && offset === 0) return assertGone(session, [message.uid]);
    // NIL is as good as "" for a message of no bytes, and for no other.
    const source = piece?.source || (message.sizeBytes === 0 ? Buffer.alloc(0) : undefined);
    const nothingOfSome = offset === 0 && source?.length === 0 && message.sizeBytes > 0;
    if (!Buffer.isBuffer(source) || source.length > wanted || nothingOfSome) throw unreadable(session, message.uid);
    if (source.length > 0 || offset === 0) yield source;
    offset += source.length;
    if (source.length === 0 || (source.length < wanted && offset >= message.sizeBytes)) return;
  }
}

async function* joined(start: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* start;
  yield* rest;
}

function toFetched(message: Description, raw: Buffer, maxBytes: number): FetchedMessage {
  return {
    uid: String(message.uid),
    internalDate: message.internalDate,
    // Read to its end: what came is what there is, whatever RFC822.SIZE says.
    sizeBytes: raw.length,
    raw: raw.subarray(0, maxBytes),
  };
}

/** A server whose INTERNALDATE is no date still has a message to deliver: received by now, at the latest. */
function toDate(value: Date | string | undefined): Date {
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

function unreadable(session: ImapSession, uid: number): LurewatchError {
  return new LurewatchError('LW_MAIL_PROTOCOL', `the server did not give the message with UID ${uid}, which is there`, {
    where: session.settings.where,
    details: { uid: String(uid) },
  });
}
