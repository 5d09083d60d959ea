import type { FoundAlert, FoundDelivery } from './find-alerts.js';
import { harmlessLine } from './harmless.js';
import { printableLine, timeText } from './printable.js';

/** The alerts of a campaign, two lines each, for people. */
export function foundCampaignText(key: string, alerts: readonly FoundAlert[]): string {
  const count = alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`;
  const times = alerts.map(({ document }) => document.receivedAtMs);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const when = first === last ? timeText(first) : `${timeText(first)} to ${timeText(last)}`;
  return [
    `campaign ${printableLine(key)}: ${count}, received ${when}`,
    ...alerts.map(alertLines),
    'Each by itself, with its URLs: `lurewatch find <alert id>`',
  ].join('\n');
}

function alertLines({ document, sinks }: FoundAlert): string {
  const { alertId, receivedAtMs, mailbox, from, to, subject } = document;
  const people = `${harmlessLine(from) || '(nobody)'} to ${harmlessLine(to) || '(nobody)'}`;
  return [
    `  ${alertId}  ${timeText(receivedAtMs)} in ${mailbox}: ${stateText(sinks)}`,
    `    ${people}: ${harmlessLine(subject ?? '(no subject)')}`,
  ].join('\n');
}

/** `delivered`, or what is missing where: `not delivered to hook (waiting)`. */
function stateText(sinks: readonly FoundDelivery[]): string {
  const missing = sinks.filter(({ state }) => state !== 'delivered' && state !== 'none');
  if (missing.length === 0) return 'delivered';
  return `not delivered to ${missing.map(({ sink, state }) => `${sink} (${state})`).join(', ')}`;
}
