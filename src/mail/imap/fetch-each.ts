import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import { isRefusedCommand } from './errors.js';
import type { ImapSession } from './session.js';
import { inRange, uidRanges } from './uid-ranges.js';

export interface Answers {
  readonly found: readonly FetchMessageObject[];
  /** Messages for which the server answered NO or BAD, with what it said. */
  readonly refused: ReadonlyMap<number, string>;
}

/**
 * FETCH for many messages at once. One damaged message makes some servers answer the whole command with NO: then each
 * message that had not arrived by then is asked for by itself, so that only the damaged ones are missing.
 */
export async function fetchEach(
  session: ImapSession,
  uids: readonly number[],
  query: FetchQueryObject,
): Promise<Answers> {
  const found: FetchMessageObject[] = [];
  const refused = new Map<number, string>();
  for (const range of uidRanges(uids)) {
    const refusal = await refusalOfFetch(session, range, query, found);
    if (refusal === undefined) continue;
    const arrived = new Set(found.filter((message) => isWhole(message, query)).map(({ uid }) => uid));
    const missing = uids.filter((uid) => inRange(range, uid) && !arrived.has(uid));
    for (const uid of missing) {
      // Some servers hang up on whoever asks for the same damaged message again.
      const again = missing.length === 1 ? refusal : await refusalOfFetch(session, String(uid), query, found);
      if (again !== undefined) refused.set(uid, again);
    }
  }
  return { found, refused };
}

/** What the server said where it refused the command; whatever else goes wrong is thrown. */
async function refusalOfFetch(
  session: ImapSession,
  range: string,
  query: FetchQueryObject,
  found: FetchMessageObject[],
): Promise<string | undefined> {
  try {
    await session.fetchInto(found, range, query);
    return undefined;
  } catch (error) {
    if (isRefusedCommand(error)) return error.what;
    throw error;
  }
}

/** Not so where the server told only of flags that changed meanwhile. */
function isWhole(message: FetchMessageObject, query: FetchQueryObject): boolean {
  return Object.keys(query).every((item) => Reflect.get(message, item) !== undefined);
}

/** UIDs of `uids` that are in the open folder. */
export async function stillThere(session: ImapSession, uids: readonly number[]): Promise<Set<number>> {
  const there = new Set<number>();
  for (const range of uidRanges(uids)) {
    for (const uid of await session.search({ uid: range })) there.add(uid);
  }
  return there;
}
