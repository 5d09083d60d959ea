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
  const lines = [
    `**${plain(mailbox)}**: ${unread} unread`,
    '',
    '| delivered | duplicates | in delivery | held | vanished |',
    '|---|---|---|---|---|',
    `| ${counts.delivered} | ${counts.duplicates} | ${counts.inDelivery} | ${counts.held} | ${counts.vanished} |`,
    ...failures.slice(0, 5).map(({ message }) => `\n${plain(message)}`),
  ];
  return lines.join('\n');
}

export interface BatchLine {
  readonly uid: string;
  readonly row: AlertRow | undefined;
  readonly fate: string;
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

export function importDetails(feed: string, progress: ImportProgress, problems: readonly BatchFailure[]): string {
  const { rows, toWrite, done, created, updated, unchanged, rejected, writers } = progress;
  return [
    `**${plain(feed)}**: ${done} of ${toWrite} events to write are done, with ${writers} at a time`,
    '',
    '| rows | created | updated | unchanged | rejected rows |',
    '|---|---|---|---|---|',
    `| ${rows} | ${created} | ${updated} | ${unchanged} | ${rejected} |`,
    ...problems.slice(0, 5).map(({ message }) => `\n${plain(message)}`),
  ].join('\n');
}
