import { z } from 'zod';
import type { IngestMailboxResult, MessagePreviewLine } from '../workflows/types.js';
import { defang } from './defang.js';
import { note, print } from './output.js';
import { printableLine } from './printable.js';
import { table } from './table.js';

/** The counts of a poll, and of a dry run also the alerts that would be made. */
export function showPollResult(result: IngestMailboxResult): void {
  const { preview, mailbox } = result;
  if (preview !== undefined) for (const message of preview) print(`${previewText(message)}\n`);
  const { unread, delivered, duplicates, inDelivery, held, vanished, remaining } = result;
  const head = ['mailbox', 'unread', 'delivered', 'duplicates', 'in delivery', 'held', 'vanished', 'remaining'];
  print(table(head, [[mailbox, unread, delivered, duplicates, inDelivery, held, vanished, remaining]]));
  if (preview !== undefined) note('Dry run: nothing was sent, written or marked.');
  if (held > 0) note('Held mails wait for a decision: see `lurewatch held list`.');
}

function previewText(line: MessagePreviewLine): string {
  if ('unreadable' in line)
    return `(UID ${printableLine(line.uid)} cannot be read)\n  note: ${printableLine(line.unreadable)}`;
  const { alertId, from, subject, urls, findings } = line;
  return [
    `${alertId}  ${printableLine(subject) || '(no subject)'}`,
    `  from ${printableLine(from) || '(nobody)'}`,
    ...urls.map((url) => `  ${printableLine(defang(url))}`),
    ...findings.map((finding) => `  note: ${printableLine(finding)}`),
  ].join('\n');
}

const resultSchema = z.object({
  mailbox: z.string(),
  unread: z.number(),
  delivered: z.number(),
  duplicates: z.number(),
  inDelivery: z.number(),
  held: z.number(),
  vanished: z.number(),
  remaining: z.number(),
});

/** A poll of which only some batches failed says in its failure what became of the others. */
export function failedPollResult(error: unknown): IngestMailboxResult | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('details' in at && Array.isArray(at.details)) {
      const parsed = resultSchema.safeParse(at.details[0]);
      if (parsed.success) return parsed.data;
    }
  }
  return undefined;
}
