import { fetchEach, stillThere } from './fetch-each.js';
import type { ImapSession } from './session.js';

export interface Description {
  readonly uid: number;
  readonly internalDate: Date;
  /** As the server says it (RFC822.SIZE). Some servers are wrong by a little, so no reading ends because of it. */
  readonly sizeBytes: number;
}

/** Messages that are there and that the server does not give, with why. */
export type Unreadable = Map<number, string>;

/** Size and date of each message, in the order of `uids`. Those that vanished are left out. */
export async function describe(
  session: ImapSession,
  uids: readonly number[],
  unreadable: Unreadable,
): Promise<readonly Description[]> {
  const answers = await fetchEach(session, uids, { size: true, internalDate: true });
  const found = new Map<number, Description>();
  for (const { uid, size, internalDate } of answers.found) {
    if (size !== undefined) found.set(uid, { uid, sizeBytes: size, internalDate: toDate(internalDate) });
  }
  const missing = uids.filter((uid) => !found.has(uid));
  await noteUnreadable(session, missing, answers.refused, unreadable);
  return uids.flatMap((uid) => found.get(uid) ?? []);
}

/** imapflow skips an answer that it cannot parse; such a message must not pass for one that vanished. */
export async function noteUnreadable(
  session: ImapSession,
  missing: readonly number[],
  refused: ReadonlyMap<number, string>,
  unreadable: Unreadable,
): Promise<void> {
  for (const uid of await stillThere(session, missing)) {
    unreadable.set(uid, refused.get(uid) ?? 'the server did not give it');
  }
}

/** A server whose INTERNALDATE is no date still has a message to deliver: received by now, at the latest. */
function toDate(value: Date | string | undefined): Date {
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? new Date() : date;
}
