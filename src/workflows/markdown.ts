import type { ImportProgress } from './feed-types.js';
import type { AlertRow, BatchFailure, Counts, SinkState } from './types.js';

/** What the Web UI shows of a running or ended workflow. Senders choose these texts: nothing of them may be markup. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&').replace(/\s+/g, ' ');
}

export function pollDetails(
  mailbox: string,
  unread: number,
  counts: Counts,
  failures: readonly BatchFailure[],
): string {
  const { delivered, duplicates, inDelivery, held, vanished, skipped } = counts;
  const lines = [
    `**${plain(mailbox)}**: ${unread} unread`,
    '',
    `| delivered | duplicates | in delivery | held | vanished |${skipped === undefined ? '' : ' skipped |'}`,
    `|---|---|---|---|---|${skipped === undefined ? '' : '---|'}`,
    `| ${delivered} | ${duplicates} | ${inDelivery} | ${held} | ${vanished} |${skipped === undefined ? '' : ` ${skipped} |`}`,
    ...failures.slice(0, 5).map(({ message }) => `\n${plain(message)}`),
  ];
  return lines.join('\n');
}

export interface BatchLine {
  readonly uid: string;
  readonly row: AlertRow | undefined;
  readonly fate: string;
}

/** Of the mails of a report. */
const mostLines = 3;

/** @param rows of its alert, or of those of the mails that it carries */
export function messageLines(
  uid: string,
  fate: string,
  [first, ...others]: readonly (AlertRow | undefined)[],
): readonly BatchLine[] {
  const shown = others.slice(0, mostLines - 1).map((row) => ({ uid, row, fate: 'of the same message' }));
  const left = others.length - shown.length;
  const more = left === 0 ? [] : [{ uid, row: undefined, fate: `and ${left} more of the same message` }];
  return [{ uid, row: first, fate }, ...shown, ...more];
}

export function batchDetails(lines: readonly BatchLine[]): string {
  return [
    '| UID | what became of it | from | subject | URLs | alert |',
    '|---|---|---|---|---|---|',
    ...lines.map(({ uid, row, fate }) =>
      row === undefined
        ? `| ${plain(uid)} | ${plain(fate)} | | | | |`
        : `| ${plain(uid)} | ${plain(fate)} | ${plain(row.from)} | ${plain(row.subject)} | ${row.urls} | ${row.alertId} |`,
    ),
  ].join('\n');
}

export function deliveryDetails(from: string, subject: string, sinks: readonly SinkState[]): string {
  return [
    `**${plain(subject || '(no subject)')}** from ${plain(from)}`,
    '',
    '| sink | state | |',
    '|---|---|---|',
    ...sinks.map(({ sink, state, detail }) => `| ${plain(sink)} | ${state} | ${plain(detail)} |`),
  ].join('\n');
}

/** @param from the file that is read instead of the source */
export function readingDetails(feed: string, from: string | undefined): string {
  const what = from === undefined ? 'the source' : plain(from);
  return `**${plain(feed)}**: reading ${what} and comparing it with what is known; nothing is written before that is done`;
}

export function importDetails(
  feed: string,
  dryRun: boolean,
  progress: ImportProgress,
  problems: readonly BatchFailure[],
): string {
  const { rows, toWrite, done, created, updated, unchanged, rejected, writers } = progress;
  const state = dryRun
    ? 'a dry run: nothing was written, and this is what an import would do'
    : `${done} of ${toWrite} events to write are done, with ${writers} at a time`;
  return [
    `**${plain(feed)}**: ${state}`,
    '',
    '| rows | created | updated | unchanged | rejected rows |',
    '|---|---|---|---|---|',
    `| ${rows} | ${created} | ${updated} | ${unchanged} | ${rejected} |`,
    ...problems.slice(0, 5).map(({ message }) => `\n${plain(message)}`),
  ].join('\n');
}
