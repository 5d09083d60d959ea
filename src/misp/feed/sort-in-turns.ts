import { setImmediate } from 'node:timers/promises';

/** So much sorting or merging, of some milliseconds, makes no long pause for everybody else. */
const sortedAtOnce = 2048;
const mergedPerTurn = 20_000;

/** In order, with a turn for the event loop every few milliseconds: heartbeats and the folder's lock need it. */
export async function sortInTurns(
  numbers: Uint32Array,
  compare: (left: number, right: number) => number,
): Promise<Uint32Array> {
  let sorted = numbers.slice();
  for (let start = 0; start < sorted.length; start += sortedAtOnce) {
    sorted.subarray(start, start + sortedAtOnce).sort(compare);
    await setImmediate();
  }
  let other = new Uint32Array(sorted.length);
  for (let width = sortedAtOnce; width < sorted.length; width *= 2) {
    await mergePairs(sorted, other, width, compare);
    [sorted, other] = [other, sorted];
  }
  return sorted;
}

/** Of runs of `width` that are in order, makes runs of twice as many. */
async function mergePairs(
  from: Uint32Array,
  to: Uint32Array,
  width: number,
  compare: (left: number, right: number) => number,
): Promise<void> {
  for (let start = 0; start < from.length; start += 2 * width) {
    const middle = Math.min(start + width, from.length);
    const end = Math.min(middle + width, from.length);
    let left = start;
    let right = middle;
    for (let at = start; at < end; at += 1) {
      if (at % mergedPerTurn === 0) await setImmediate();
      const takesLeft = left < middle && (right >= end || compare(from[left] ?? 0, from[right] ?? 0) <= 0);
      to[at] = from[takesLeft ? left++ : right++] ?? 0;
    }
  }
}
