import type { SkipRecord } from '../ledger/records.js';
import { skipText } from '../mail/skip/skip-rules.js';
import { harmlessLine } from './harmless.js';
import { printableLine, timeText } from './printable.js';
import { fields } from './table.js';

/** A mail that became no alert of a mailbox, for people. */
export function foundSkipText(skip: SkipRecord): string {
  return [
    `skipped by mailbox ${skip.mailbox}: no alert`,
    fields(
      [
        ['why', harmlessLine(skipText(skip.rule))],
        ['decided', timeText(skip.atMs)],
        ['subject', harmlessLine(skip.subject ?? '(no subject)')],
        ['from', harmlessLine(skip.from) || '(nobody)'],
        ['message id', harmlessLine(skip.messageId ?? '(none)')],
        ['alert id', `${skip.alertId} (if it had become one)`],
        ['received', `${timeText(skip.receivedAtMs)} in ${skip.mailbox}, ${printableLine(skip.folder)}`],
        ['evidence', `SHA-256 ${skip.evidence}`],
      ],
      '  ',
    ),
  ].join('\n');
}
