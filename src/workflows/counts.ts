import type { Counts } from './types.js';

export const noCounts: Counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0 };

export function addCounts(left: Counts, right: Counts): Counts {
  const skipped = (left.skipped ?? 0) + (right.skipped ?? 0);
  return {
    delivered: left.delivered + right.delivered,
    duplicates: left.duplicates + right.duplicates,
    inDelivery: left.inDelivery + right.inDelivery,
    held: left.held + right.held,
    vanished: left.vanished + right.vanished,
    ...(skipped === 0 ? {} : { skipped }),
  };
}

/** All messages that the counts account for. */
export function sumOf(counts: Counts): number {
  return (
    counts.delivered + counts.duplicates + counts.inDelivery + counts.held + counts.vanished + (counts.skipped ?? 0)
  );
}
