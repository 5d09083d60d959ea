import type { ReportInfo } from '../alerts/types.js';
import type { DocumentRoute } from '../routing/types.js';
import type { FoundAlert, FoundDelivery } from './find-alerts.js';
import { harmlessLine, harmlessUrl } from './harmless.js';
import { printableLine, timeText } from './printable.js';
import { fields } from './table.js';

const mostUrls = 20;

/** An alert and what became of it, for people. */
export function foundAlertText({ document, evidence, sinks }: FoundAlert): string {
  const { urls, findings, report } = document;
  const campaign = document.alert.source_grouping_identifier;
  const more = urls.length > mostUrls ? [`… and ${urls.length - mostUrls} more`] : [];
  const shownUrls = [...urls.slice(0, mostUrls).map((url) => harmlessUrl(url)), ...more];
  return [
    `alert ${document.alertId}`,
    fields(
      [
        ['subject', harmlessLine(document.subject ?? '(no subject)')],
        ['from', harmlessLine(document.from) || '(nobody)'],
        ['to', harmlessLine(document.to) || '(nobody)'],
        ['message id', harmlessLine(document.messageId ?? '(none)')],
        ['ticket id', harmlessLine(document.ticketId)],
        ...(campaign === undefined ? [] : [['campaign', harmlessLine(campaign)] as const]),
        ...(report === undefined ? [] : reportLines(report)),
        ['received', `${timeText(document.receivedAtMs)} in ${document.mailbox}, ${printableLine(document.folder)}`],
        ['evidence', `SHA-256 ${evidence.sha256}`],
        ['', evidenceText(evidence)],
        ['URLs', urls.length],
        ...shownUrls.map((url): [string, string] => ['', url]),
        ...findings.map(({ text }): [string, string] => ['note', harmlessLine(text)]),
        ...(document.route === undefined ? [] : [['route', routeText(document.route)] as const]),
        ...(document.mispEvent === null ? [] : [['MISP event', document.mispEvent.uuid] as const]),
      ],
      '  ',
    ),
    ...sinks.flatMap((delivery) => [
      `  → ${delivery.sink}: ${deliveryText(delivery)}`,
      ...(delivery.retries ?? []).map(
        ({ atMs, who, why }) => `      retried ${timeText(atMs)} by ${printableLine(who)}: ${printableLine(why)}`,
      ),
    ]),
  ].join('\n');
}

function evidenceText({ present, place, expiredAfter }: FoundAlert['evidence']): string {
  if (present) return place;
  return expiredAfter === undefined
    ? `MISSING: ${place}`
    : `no longer kept: older than ${expiredAfter} (\`store.retention.evidence\`), ${place}`;
}

/** The message that carried the mail. */
function reportLines({ from, subject, messageId }: ReportInfo): readonly (readonly [string, string])[] {
  return [
    ['reported by', harmlessLine(from) || '(nobody)'],
    ['', `in "${harmlessLine(subject ?? '(no subject)')}", message id ${harmlessLine(messageId ?? '(none)')}`],
  ];
}

/** `brand, to cases and hook`. */
function routeText({ rule, targets }: DocumentRoute): string {
  const where = targets.length === 0 ? '' : `, to ${targets.join(' and ')}`;
  return `${rule ?? 'none matched'}${where}`;
}

function deliveryText({ state, outcome, claim, passedOver }: FoundDelivery): string {
  if (outcome?.kind === 'delivered') {
    const as = outcome.reference === '' ? '' : ` as ${printableLine(outcome.reference)}`;
    const { warningCodes: codes = [] } = outcome;
    const withCode = (warning: string, index: number) =>
      codes[index] === undefined ? warning : `${warning} [${codes[index]}]`;
    const warnings = outcome.warnings
      .map((each, at) => `\n      warning: ${printableLine(withCode(each, at))}`)
      .join('');
    return `delivered ${timeText(outcome.atMs)}${as}${warnings}`;
  }
  if (outcome?.kind === 'discarded') {
    const { who, why, gone } = outcome;
    const since = gone === true ? ' (it was not configured any more)' : '';
    return `discarded ${timeText(outcome.atMs)} by ${printableLine(who)}: ${printableLine(why)}${since}`;
  }
  if (claim !== undefined) {
    const by = `claim ${claim.number} of ${timeText(claim.claim.atMs)} by workflow ${printableLine(claim.claim.owner.workflowId)}`;
    return claim.end === undefined
      ? `open: ${by}; it may have arrived`
      : `not delivered: ${claim.end.why}, ${printableLine(claim.end.reason)} (${by})`;
  }
  if (passedOver === true) return 'passed over by its route';
  return state === 'none' ? 'nothing to deliver' : 'not delivered yet';
}
