import { mailGoesOn } from '../../workflows/gone-sink.js';
import { harmlessLine } from '../harmless.js';
import { printableLine, timeText } from '../printable.js';
import type { Decided, DecisionCounts, Verdict } from './decide.js';
import { type Carrier, type HeldMessage, type HoldingSink, heldBySink } from './held-message.js';

/** For people. */
export function heldText({ alertId, mailbox, since, from, subject, sinks }: HeldMessage): string {
  const head = `${alertId}  ${mailbox}  since ${timeText(since)}`;
  if (sinks === undefined)
    return `${head}\n  (an earlier version holds it, and no worker answered: start \`lurewatch worker\`, which knows the reason)`;
  const mail = `${harmlessLine(subject) || '(no subject)'}, from ${harmlessLine(from) || '(nobody)'}`;
  return [head, `  ${mail}`, ...sinks.map((sink) => `  ${sinkText(sink)}`)].join('\n');
}

/** `812 messages are held (cases: 800 LW_TARGET_REJECTED, misp: 12 LW_MISP_REJECTED)` */
export function heldSummary(messages: readonly HeldMessage[]): string {
  return `${counted(messages.length)} ${messages.length === 1 ? 'is' : 'are'} held${bySink(messages)}`;
}

export function question(verdict: Verdict, carriers: readonly Carrier[], messages: readonly HeldMessage[]): string {
  const mailboxes = [...new Set(carriers.map(({ mailbox }) => mailbox))].sort();
  const named = mailboxes.length > 3 ? `${mailboxes.length} mailboxes` : mailboxes.join(', ');
  const what = verdict === 'retry' ? 'Try again' : 'Give up for ever';
  return `${what}: ${counted(carriers.length)} of ${named}${bySink(messages)}? [y/N] `;
}

/** @param isConfigured of a sink: discarding for one that is gone from the configuration is not the end of the mail */
export function decidedText(
  verdict: Verdict,
  { alertId, mailbox, error, state }: Decided,
  isConfigured: (sink: string) => boolean,
): string {
  if (error !== undefined) return `error: ${alertId} (${mailbox}): ${printableLine(error.message)}`;
  if (verdict === 'retry')
    return `${alertId} (${mailbox}): is tried again; \`lurewatch find ${alertId}\` shows what becomes of it`;
  const given = (state?.sinks ?? []).filter((sink) => sink.state === 'discarding' || sink.state === 'discarded');
  const gone = given.map(({ sink }) => sink).filter((sink) => !isConfigured(sink));
  const goesOn = gone.length === 0 ? '' : `; ${gone.join(' and ')}: not configured any more, so ${mailGoesOn}`;
  return `${alertId} (${mailbox}): discarded${goesOn}`;
}

/** `tried again: 120; not held any more: 2; failed: 1; without an answer: 7` */
export function countsText(verdict: Verdict, { decided, gone, failed, left }: DecisionCounts): string {
  const parts: readonly (readonly [string, number])[] = [
    ['not held any more', gone],
    ['failed', failed],
    ['without an answer', left],
  ];
  const done = `${verdict === 'retry' ? 'tried again' : 'discarded'}: ${decided}`;
  return [done, ...parts.flatMap(([name, count]) => (count === 0 ? [] : [`${name}: ${count}`]))].join('; ');
}

export function counted(count: number): string {
  return count === 1 ? 'one message' : `${count} messages`;
}

function sinkText({ sink, code, reason }: HoldingSink): string {
  const words = printableLine(reason);
  return `${sink}: held${words === '' ? '' : `: ${words}`}${words.includes(`[${code}]`) ? '' : ` [${code}]`}`;
}

function bySink(messages: readonly HeldMessage[]): string {
  const counts = heldBySink(messages).map(({ sink, code, count }) => `${sink}: ${count} ${code}`);
  return counts.length === 0 ? '' : ` (${counts.join(', ')})`;
}
