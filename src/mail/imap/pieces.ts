import { Readable } from 'node:stream';
import type { FetchedMessage } from '../source.js';
import { unreadableError } from '../unreadable.js';
import { type Description, noteUnreadable, type Unreadable } from './describe.js';
import { isRefusedCommand } from './errors.js';
import type { ImapSession } from './session.js';

export type Take = (message: FetchedMessage) => Promise<void>;

/** How much of a large message is in memory at a time. */
const pieceBytes = 1024 * 1024;

/** Hands over a message, as a stream where it is large. What fails by the message alone stands in `unreadable`, too. */
export async function takeInPieces(
  session: ImapSession,
  message: Description,
  maxBytes: number,
  take: Take,
  unreadable: Unreadable,
): Promise<void> {
  const pieces = readPieces(session, message, maxBytes, unreadable);
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
async function* readPieces(
  session: ImapSession,
  { uid, sizeBytes }: Description,
  maxBytes: number,
  unreadable: Unreadable,
): AsyncGenerator<Buffer> {
  let offset = 0;
  while (offset < maxBytes) {
    const wanted = Math.min(pieceBytes, maxBytes - offset);
    const piece = await session.fetchPiece(uid, offset, wanted).catch((error: unknown) => {
      if (isRefusedCommand(error)) unreadable.set(uid, error.what);
      throw error;
    });
    if (piece === undefined && offset === 0) {
      await noteUnreadable(session, [uid], new Map(), unreadable);
      return;
    }
    // NIL is as good as "" for a message of no bytes, and for no other.
    const source = piece?.source || (sizeBytes === 0 ? Buffer.alloc(0) : undefined);
    const nothingOfSome = offset === 0 && source?.length === 0 && sizeBytes > 0;
    if (!Buffer.isBuffer(source) || source.length > wanted || nothingOfSome) {
      unreadable.set(uid, 'the server did not give it');
      throw unreadableError(session.settings.where, new Map([[String(uid), 'the server did not give it']]));
    }
    if (source.length > 0 || offset === 0) yield source;
    offset += source.length;
    if (source.length === 0 || (source.length < wanted && offset >= sizeBytes)) return;
  }
}

async function* joined(start: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* start;
  yield* rest;
}

export function toFetched(message: Description, raw: Buffer, maxBytes: number): FetchedMessage {
  return {
    uid: String(message.uid),
    internalDate: message.internalDate,
    // Read to its end: what came is what there is, whatever RFC822.SIZE says.
    sizeBytes: raw.length,
    raw: raw.subarray(0, maxBytes),
  };
}
