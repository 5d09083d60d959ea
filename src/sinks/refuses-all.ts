import { LurewatchError } from '../errors/lurewatch-error.js';
import type { SinkReport } from '../workflows/types.js';
import type { Fate } from './fate.js';

/** Of an alert id: that of the message which it, or the mail that it is of, came with. */
export type MessageOf = (alertId: string) => string;

/**
 * A sink that rejects every alert of a batch is itself the trouble: nothing is held, the mail stays unread. The mails of
 * one report may well be alike, so they are not enough to say so.
 */
export function refusesAllAlike(sink: string, fates: readonly Fate[], messageOf: MessageOf): SinkReport | undefined {
  const rejected = fates.filter((fate) => fate.kind === 'rejected');
  // What reached it before says nothing of how it is now.
  const tried = fates.filter((fate) => fate.kind !== 'carried' && !(fate.kind === 'reached' && fate.earlier));
  const messages = new Set(rejected.map(({ alertId }) => messageOf(alertId)));
  if (messages.size < 2 || rejected.length < tried.length) return undefined;
  const { code, message, retryable } = new LurewatchError(
    sink === 'misp' ? 'LW_MISP_REFUSES' : 'LW_TARGET_REFUSES',
    `it rejected all ${rejected.length} alerts of the batch (${rejected[0]?.reason ?? ''})`,
    { where: sink },
  );
  const open = fates.map((fate): Fate => (fate.kind === 'rejected' ? { alertId: fate.alertId, kind: 'open' } : fate));
  return { fates: open, trouble: { code, message, retryable, refusesAll: true } };
}
