import { createHash } from 'node:crypto';
import { isLurewatchError } from '../../errors/lurewatch-error.js';
import { fetchMessages } from './fetch.js';
import { type OpenFolder, openFolder, reopenFolder } from './open-folder.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

/** Looked at for one message: more of the same size and Message-ID are no copies of ours. */
const mostCandidates = 5;

/**
 * Of these messages of the open folder, those of which the other folder has a copy, byte for byte. The same size and
 * Message-ID only say where to look: the sender chooses both. Leaves the folder open as it was.
 */
export async function copiedBefore(
  session: ImapSession,
  open: OpenFolder,
  uids: readonly number[],
  otherFolder: string,
): Promise<ReadonlySet<number>> {
  const wanted = await sizesOf(session, uids);
  const candidates = new Map<number, readonly number[]>();
  let digests: ReadonlyMap<number, string> = new Map();
  try {
    const other = await openFolder(session, otherFolder, 'read');
    // Servers may know one folder by several names. No message is a copy of itself, or of one that goes with it.
    const own = new Set(other.uidValidity === open.uidValidity ? uids : []);
    if (other.messages > 0) {
      for (const message of wanted) {
        const found = (await session.search(criteriaOf(message))).filter((uid) => !own.has(uid));
        if (found.length > 0) candidates.set(message.uid, found.slice(-mostCandidates));
      }
      digests = await digestsOf(session, [...new Set([...candidates.values()].flat())]);
    }
  } catch (error) {
    // It is made, or missed, by whoever copies.
    if (!isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN')) throw error;
  }
  await reopenFolder(session, open, 'write');
  const own = await digestsOf(session, [...candidates.keys()]);
  const isCopied = (uid: number) =>
    own.get(uid) !== undefined && (candidates.get(uid) ?? []).some((other) => digests.get(other) === own.get(uid));
  return new Set([...candidates.keys()].filter(isCopied));
}

interface Described {
  readonly uid: number;
  readonly sizeBytes: number;
  readonly messageId: string | undefined;
}

async function sizesOf(session: ImapSession, uids: readonly number[]): Promise<readonly Described[]> {
  const described: Described[] = [];
  for (const range of uidRanges(uids)) {
    for (const { uid, size, envelope } of await session.fetchAll(range, { size: true, envelope: true })) {
      if (size !== undefined) described.push({ uid, sizeBytes: size, messageId: envelope?.messageId });
    }
  }
  return described;
}

/** A Message-ID that is anything but plain text is left out: servers differ in how they read it. */
function criteriaOf({ sizeBytes, messageId = '' }: Described) {
  const plain = /^<[\x21-\x7e]{1,200}>$/.test(messageId) && !/["\\]/.test(messageId);
  return {
    larger: sizeBytes - 1,
    smaller: sizeBytes + 1,
    ...(plain ? { header: { 'message-id': messageId } } : {}),
  };
}

/** SHA-256 by UID, of the messages of the open folder that are there. */
async function digestsOf(session: ImapSession, uids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const digests = new Map<number, string>();
  if (uids.length === 0) return digests;
  await fetchMessages(session, uids, Number.MAX_SAFE_INTEGER, async ({ uid, raw }) => {
    const hash = createHash('sha256');
    if (Buffer.isBuffer(raw)) hash.update(raw);
    else for await (const chunk of raw as AsyncIterable<Buffer>) hash.update(chunk);
    digests.set(Number(uid), hash.digest('hex'));
  }).catch((error: unknown) => {
    // One that the server does not give is no copy that anybody could rely on.
    if (!isLurewatchError(error, 'LW_MAIL_PROTOCOL') || !session.usable) throw error;
  });
  return digests;
}
