import { z } from 'zod';
import type { IngestMailboxResult, MessagePreviewLine } from '../workflows/types.js';
import { harmlessLine, harmlessUrl } from './harmless.js';
import { note, print } from './output.js';
import { printableLine } from './printable.js';
import { table } from './table.js';

/** The counts of a poll, and of a dry run also the alerts that would be made. */
export function showPollResult(result: IngestMailboxResult): void {
  const { preview, mailbox } = result;
  if (preview !== undefined) for (const message of preview) print(`${previewText(message)}\n`);
  const { unread, delivered, duplicates, inDelivery, held, vanished, skipped, remaining } = result;
  const some = skipped === undefined ? { head: [], counts: [] } : { head: ['skipped'], counts: [skipped] };
  const head = ['mailbox', 'unread', 'delivered', 'duplicates', 'in delivery', 'held', 'vanished', ...some.head];
  const counts = [unread, delivered, duplicates, inDelivery, held, vanished, ...some.counts];
  print(table([...head, 'remaining'], [[mailbox, ...counts, remaining]]));
  if (preview !== undefined) note('Dry run: nothing was sent, written or marked.');
  if (held > 0) note('Held mails wait for a decision: see `lurewatch held list`.');
}

/** A mail of a dry run, for people: nothing in it that its sender wrote is a link. */
export function previewText(line: MessagePreviewLine): string {
  if ('unreadable' in line)
    return `(UID ${printableLine(line.uid)} cannot be read)\n  note: ${printableLine(line.unreadable)}`;
  const { alertId, reportedBy, from, subject, urls, findings, skippedBy, route } = line;
  return [
    `${alertId}  ${harmlessLine(subject) || '(no subject)'}`,
    `  from ${harmlessLine(from) || '(nobody)'}`,
    ...(reportedBy === undefined ? [] : [`  reported by ${harmlessLine(reportedBy) || '(nobody)'}`]),
    ...urls.map((url) => `  ${harmlessUrl(url)}`),
    ...(route === undefined
      ? []
      : [`  route: ${route.rule ?? 'none matches'}, to ${route.targets.join(', ') || 'MISP'}`]),
    ...(skippedBy === undefined ? [] : [`  skipped, no alert: ${harmlessLine(skippedBy)}`]),
    ...findings.map((finding) => `  note: ${harmlessLine(finding)}`),
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
  skipped: z.number().exactOptional(),
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
