import { defang } from '../indicators/urls/defang.js';
import { skipText } from '../mail/skip/skip-rules.js';
import type { PassedRoute, RouteDecision } from '../routing/types.js';
import { harmlessLine } from './harmless.js';
import { printableLine } from './printable.js';
import type { RoutedFile } from './route-file.js';
import { fields } from './table.js';

type Line = readonly [name: string, value: string];

/**
 * Where a mail would go and why, for people.
 * @param harmless what senders chose is written so that nothing turns it into links
 */
export function routedText(routed: RoutedFile, harmless: boolean): string {
  const { file, mailbox, alertId, subject, from, reportedBy, skippedBy, route, targets } = routed;
  const write = harmless ? withoutLinks : printableLine;
  const lines: readonly Line[] = [
    ['subject', write(subject ?? '') || '(none)'],
    ['from', write(from) || '(none)'],
    ...(reportedBy === undefined ? [] : [['reported by', write(reportedBy) || '(nobody)'] as const]),
    ['alert id', alertId],
    ...(skippedBy === undefined ? [] : [['skipped', `no alert: ${write(skipText(skippedBy))}`] as const]),
    ...(route === null ? withoutRoutes(mailbox, targets) : routeLines(route, write)),
  ];
  return `${printableLine(file)}\n${fields(lines, '  ')}`;
}

/** On one line, and nothing that a terminal or a chat turns into a link: hosts without a scheme are none either. */
export function withoutLinks(text: string): string {
  // Fields such as `found_url` hold several, comma-joined.
  const areUrls = !/\s/.test(text);
  return harmlessLine(areUrls ? text.replace(/[^,]+/g, defang) : text.replaceAll(/(?<=\w)\.(?=\w)/g, '[.]'));
}

function withoutRoutes(mailbox: string, targets: readonly string[]): readonly Line[] {
  return [
    ['route', `none: mailbox ${mailbox} has no routes`],
    ['goes to', targets.join(', ') || '(only MISP)'],
  ];
}

function routeLines(route: RouteDecision, write: (text: string) => string): readonly Line[] {
  const { rule, because, targets, misp, passed } = route;
  const reasons = because.map(
    ({ condition, wanted, found }) => `${condition} ${wanted}${found === '' ? '' : `: ${write(found)}`}`,
  );
  const settings = settingWords(route);
  return [
    ['route', rule ?? "none matched: the mailbox's own targets"],
    ...listed('since', reasons.map(printableLine)),
    ['goes to', [...targets, ...(misp ? [] : ['not to MISP'])].join(', ') || '(only MISP)'],
    ...(settings === '' ? [] : [['sets', settings] as const]),
    ...listed(
      'passed',
      passed.map((one) => passedWords(one, write)),
    ),
  ];
}

function listed(name: string, values: readonly string[]): readonly Line[] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}

function settingWords({ sets: { environment, priority, tags = [] } }: RouteDecision): string {
  return [
    ...(environment === undefined ? [] : [`environment ${environment}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
  ].join('; ');
}

function passedWords({ rule, condition, wanted, has }: PassedRoute, write: (text: string) => string): string {
  const found = has.filter((text) => text !== '').map(write);
  const asked = condition === 'any' ? wanted : `${condition} ${wanted}`;
  return printableLine(`${rule}: wanted: ${asked}; found: ${found.length === 0 ? 'none' : found.join(', ')}`);
}
