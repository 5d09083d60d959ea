import type { OriginalMail } from '../mail/original-mail.js';
import type { AlertEvent } from './types.js';

/** So many have fields of their own; how many there are is told. */
const told = 10;

/** `orig_from`, `orig_subject`, … of the first mail that a report carries, `orig_from_2`, … of the others. */
export function originalFields(originals: readonly OriginalMail[]): AlertEvent {
  const fields = originals.slice(0, told).flatMap(({ from, subject, messageId, date, urls }, index) => {
    const number = index === 0 ? '' : `_${index + 1}`;
    const values: readonly (readonly [string, string | null])[] = [
      ['orig_from', from],
      ['orig_subject', subject],
      ['orig_message_id', messageId],
      ['orig_date', date],
      ['orig_url', urls.map((url) => url.replaceAll(',', '%2C')).join(',') || null],
    ];
    return values.flatMap(([name, value]) => (value === null ? [] : [[`${name}${number}`, value] as const]));
  });
  const count = originals.length > 1 ? [['orig_count', String(originals.length)] as const] : [];
  return Object.fromEntries([...fields, ...count]);
}
