import type { MarkSeenResult } from '../source.js';
import { stillThere } from './fetch-each.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

/** Sets \Seen in the open folder and believes only what the server says afterwards. */
export async function markSeen(session: ImapSession, uids: readonly number[]): Promise<MarkSeenResult> {
  const seen = new Map<number, boolean>();
  for (const range of uidRanges(uids)) {
    await session.addSeen(range);
    for (const { uid, flags } of await session.fetchAll(range, { flags: true })) {
      if (flags !== undefined)
        seen.set(
          uid,
          [...flags].some((flag) => /^\\seen$/i.test(flag)),
        );
    }
  }
  const silent = uids.filter((uid) => !seen.has(uid));
  const there = await stillThere(session, silent);
  const pick = (which: (uid: number) => boolean) => uids.filter(which).map(String);
  return {
    marked: pick((uid) => seen.get(uid) === true),
    refused: pick((uid) => seen.get(uid) === false || there.has(uid)),
    vanished: pick((uid) => !seen.has(uid) && !there.has(uid)),
  };
}
