import type { MarkSeenResult } from '../source.js';
import { stillThere } from './fetch-each.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

/** Sets flags in the open folder and believes only what the server says afterwards. */
export async function keepFlags(
  session: ImapSession,
  uids: readonly number[],
  wanted: readonly string[],
): Promise<MarkSeenResult> {
  const kept = new Map<number, boolean>();
  for (const range of uidRanges(uids)) {
    await session.addFlags(range, wanted);
    for (const { uid, flags } of await session.fetchAll(range, { flags: true })) {
      if (flags !== undefined) kept.set(uid, hasFlags(flags, wanted));
    }
  }
  const silent = uids.filter((uid) => !kept.has(uid));
  const there = await stillThere(session, silent);
  const pick = (which: (uid: number) => boolean) => uids.filter(which).map(String);
  return {
    marked: pick((uid) => kept.get(uid) === true),
    refused: pick((uid) => kept.get(uid) === false || there.has(uid)),
    vanished: pick((uid) => !kept.has(uid) && !there.has(uid)),
  };
}

/** Of these messages of the open folder, those that are there and lack the flag. */
export async function withoutFlag(session: ImapSession, uids: readonly number[], flag: string): Promise<string[]> {
  const lacking: string[] = [];
  for (const range of uidRanges(uids)) {
    for (const { uid, flags } of await session.fetchAll(range, { flags: true })) {
      if (!hasFlags(flags ?? new Set(), [flag])) lacking.push(String(uid));
    }
  }
  return lacking;
}

/** Flags are the same in any case (RFC 9051 §2.3.2). */
function hasFlags(held: Iterable<string>, wanted: readonly string[]): boolean {
  const lower = new Set([...held].map((flag) => flag.toLowerCase()));
  return wanted.every((flag) => lower.has(flag.toLowerCase()));
}
