import { skipText } from '../mail/skip/skip-rules.js';
import type { AlertOfFile } from './alert-file.js';
import { printableLine, shortened } from './printable.js';
import { withoutLinks } from './routed-text.js';
import { fields } from './table.js';

const longestValue = 500;

/**
 * The alert of a mail, for people: what the alert says, then each event.
 * @param harmless what senders chose is written so that nothing turns it into links
 */
export function alertText(told: AlertOfFile, harmless: boolean): string {
  const { file, mailbox, alert, attachOriginal, skippedBy } = told;
  const { events, ...head } = alert;
  const write = (value: unknown) => {
    const line = shortened(String(value).replaceAll('\n', ' | '), longestValue);
    return harmless ? withoutLinks(line) : printableLine(line);
  };
  const lines = (values: Readonly<Record<string, unknown>>) =>
    fields(
      Object.entries(values).map(([name, value]) => [name, write(value)] as const),
      '  ',
    );
  return [
    `${printableLine(file)}, mailbox ${mailbox}${attachOriginal === true ? ', the mail itself goes to the targets that take it' : ''}`,
    ...(skippedBy === undefined ? [] : [`  skipped, nothing of this is sent: ${write(skipText(skippedBy))}`]),
    lines(head),
    ...events.map((event, index) => `  event ${index + 1} of ${events.length}\n${lines(event)}`),
  ].join('\n');
}
