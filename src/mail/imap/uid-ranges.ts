import { LurewatchError } from '../../errors/lurewatch-error.js';

/** RFC 7162 §4 asks clients to keep command lines under 8,192 octets. */
const maxLength = 4000;

/** UIDs as a command takes them: `1:3,7`, ascending, in as many pieces as keep a command line short. */
export function uidRanges(uids: readonly number[]): string[] {
  const sorted = [...new Set(uids)].sort((one, other) => one - other);
  const ranges: string[] = [];
  let current = '';
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    const piece = end === at ? `${sorted[at]}` : `${sorted[at]}:${sorted[end]}`;
    if (current !== '' && current.length + piece.length + 1 > maxLength) {
      ranges.push(current);
      current = '';
    }
    current = current === '' ? piece : `${current},${piece}`;
    at = end + 1;
  }
  return current === '' ? ranges : [...ranges, current];
}

/** Whether a UID is in one of the pieces that `uidRanges` makes. */
export function inRange(range: string, uid: number): boolean {
  return range.split(',').some((piece) => {
    const [first = 0, last = first] = piece.split(':').map(Number);
    return uid >= first && uid <= last;
  });
}

/** UIDs come as text, out of workflow inputs among other places. */
export function parseUids(uids: readonly string[], where: string): number[] {
  return uids.map((uid) => {
    const number = /^[1-9]\d{0,9}$/.test(uid) ? Number(uid) : Number.NaN;
    if (number <= 0xffff_ffff) return number;
    throw new LurewatchError('LW_INPUT_INVALID', `${JSON.stringify(uid)} is not an IMAP UID`, { where });
  });
}
