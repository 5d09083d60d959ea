import { defang } from './defang.js';
import type { FoundAlert, FoundDelivery } from './find-alerts.js';
import { printableLine, timeText } from './printable.js';
import { fields } from './table.js';

const mostUrls = 20;

/** An alert and what became of it, for people. */
export function foundAlertText({ document, evidence, sinks }: FoundAlert): string {
  const { urls, findings } = document;
  const more = urls.length > mostUrls ? [`… and ${urls.length - mostUrls} more`] : [];
  const shownUrls = [...urls.slice(0, mostUrls).map((url) => printableLine(defang(url))), ...more];
  return [
    `alert ${document.alertId}`,
    fields(
      [
        ['subject', printableLine(document.subject ?? '(no subject)')],
        ['from', printableLine(document.from) || '(nobody)'],
        ['to', printableLine(document.to) || '(nobody)'],
        ['message id', printableLine(document.messageId ?? '(none)')],
        ['ticket id', printableLine(document.ticketId)],
        ['received', `${timeText(document.receivedAtMs)} in ${document.mailbox}, ${printableLine(document.folder)}`],
        ['evidence', `SHA-256 ${evidence.sha256}`],
        ['', evidence.present ? (evidence.path ?? 'in the store') : `MISSING: ${evidence.path ?? 'not in the store'}`],
        ['URLs', urls.length],
        ...shownUrls.map((url): [string, string] => ['', url]),
        ...findings.map(({ text }): [string, string] => ['note', printableLine(text)]),
        ...(document.mispEvent === null ? [] : [['MISP event', document.mispEvent.uuid] as const]),
      ],
      '  ',
    ),
    ...sinks.map((delivery) => `  → ${delivery.sink}: ${deliveryText(delivery)}`),
  ].join('\n');
}

function deliveryText({ state, outcome, claim }: FoundDelivery): string {
  if (outcome?.kind === 'delivered') {
    const as = outcome.reference === '' ? '' : ` as ${printableLine(outcome.reference)}`;
    const warnings = outcome.warnings.map((warning) => `\n      warning: ${printableLine(warning)}`).join('');
    return `delivered ${timeText(outcome.atMs)}${as}${warnings}`;
  }
  if (outcome?.kind === 'discarded') {
    const { who, why } = outcome;
    return `discarded ${timeText(outcome.atMs)} by ${printableLine(who)}: ${printableLine(why)}`;
  }
  if (claim !== undefined) {
    const by = `claim ${claim.number} of ${timeText(claim.claim.atMs)} by workflow ${printableLine(claim.claim.owner.workflowId)}`;
    return claim.end === undefined
      ? `open: ${by}; it may have arrived`
      : `not delivered: ${claim.end.why}, ${printableLine(claim.end.reason)} (${by})`;
  }
  return state === 'none' ? 'nothing to deliver' : 'not delivered yet';
}
