import type { Counts } from './types.js';

export const noCounts: Counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0 };

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    delivered: left.delivered + right.delivered,
    duplicates: left.duplicates + right.duplicates,
    inDelivery: left.inDelivery + right.inDelivery,
    held: left.held + right.held,
    vanished: left.vanished + right.vanished,
  };
}

/** All messages that the counts account for. */
export function sumOf(counts: Counts): number {
  return counts.delivered + counts.duplicates + counts.inDelivery + counts.held + counts.vanished;
}
