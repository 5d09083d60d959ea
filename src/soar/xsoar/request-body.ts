import type { Alert, AlertEvent } from '../../alerts/types.js';
import { asTheyStand, type UrlsAsFound } from '../../alerts/urls-as-found.js';
import { wellFormed } from '../../text/well-formed.js';
import { caseTags } from '../case-tags.js';
import { alertMarkdown } from '../markdown.js';
import { type Observable, type ObservableType, observablesOf } from '../observables.js';
import type { XsoarTargetConfig } from './config.js';

export interface Label {
  readonly type: string;
  readonly value: string;
}

/** By the names that XSOAR's own indicator types have. */
const indicatorLabels: Readonly<Partial<Record<ObservableType, string>>> = {
  url: 'URL',
  domain: 'Domain',
  host: 'Domain',
  ip: 'IP',
  email: 'Email',
  md5: 'File MD5',
  sha1: 'File SHA-1',
  sha256: 'File SHA-256',
  sha512: 'File SHA-512',
  wallet: 'Cryptocurrency Address',
  cve: 'CVE',
};

/** `POST /incident`: CreateIncidentRequest of the Cortex XSOAR API. `rawJSON` is the whole alert. */
export function incidentBody(
  alertId: string,
  alert: Alert,
  config: XsoarTargetConfig,
  asFound: UrlsAsFound = asTheyStand,
): Readonly<Record<string, unknown>> {
  const { source_grouping_identifier: key } = alert;
  return {
    name: wellFormed(alert.name),
    ...(config.incidentType === undefined ? {} : { type: config.incidentType }),
    severity: severityOf(alert.priority),
    ...occurredAt(alert.start_time),
    details: alertMarkdown(alert, asFound),
    labels: labelsOf(alert, asFound),
    rawJSON: JSON.stringify(alert),
    customFields: {
      [config.idField]: alertId,
      ...(config.groupingField === undefined || key === undefined ? {} : { [config.groupingField]: key }),
    },
    createInvestigation: config.createInvestigation,
  };
}

/**
 * Labels by the names that XSOAR's Mail Listener v2 gives its incidents (demisto/content), so that playbooks made for
 * it find what they look for, then one for each indicator, and what is our own.
 */
export function labelsOf(alert: Alert, asFound: UrlsAsFound): readonly Label[] {
  const observables = observablesOf(alert, asFound);
  const standingIn = (type: ObservableType, field: string) =>
    observables.filter((observable) => observable.type === type && observable.fields.includes(field));
  const [from] = standingIn('email', 'SourceUserName');
  const subject = alert.events[0]?.Subject ?? '';
  const files = observables.filter(({ type }) => type === 'fileName').map(({ value }) => value);
  return [
    ...(from === undefined ? [] : [{ type: 'Email/from', value: from.value }]),
    ...(subject === '' ? [] : [{ type: 'Email/subject', value: subject }]),
    ...standingIn('email', 'DestinationUserName').map(({ value }) => ({ type: 'Email', value })),
    ...(files.length === 0 ? [] : [{ type: 'Email/attachments', value: files.join(',') }]),
    ...headerLabels(alert.events[0] ?? {}),
    ...observables.flatMap(indicatorLabel),
    { type: 'Lurewatch/environment', value: alert.environment },
    ...caseTags(alert, [], 1_000).map((value) => ({ type: 'Lurewatch/tag', value })),
  ].map(({ type, value }) => ({ type, value: wellFormed(value) }));
}

/** `Email/headers/X-Spam-Score`, of the header fields that the configuration tells in alerts. */
function headerLabels(event: AlertEvent): readonly Label[] {
  return Object.entries(event).flatMap(([field, value]) => {
    const [, name] = /^header_(.+)$/.exec(field) ?? [];
    if (name === undefined) return [];
    const words = name.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return [{ type: `Email/headers/${words.join('-')}`, value }];
  });
}

function indicatorLabel({ type, value, fields }: Observable): readonly Label[] {
  const label = indicatorLabels[type];
  // Whom the mail reached, and who reported it, are no indicators of it.
  const ofOurs = fields.every((field) => /^(?:DestinationUserName|envelope_to|reported_by)$/.test(field));
  return label === undefined || ofOurs ? [] : [{ type: `Indicator/${label}`, value }];
}

function occurredAt(timeMs: number): { readonly occurred?: string } {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? {} : { occurred: date.toISOString() };
}

/** 0.5 informational, 1 low, 2 medium, 3 high, 4 critical. */
function severityOf(priority: number): number {
  if (priority < 0) return 0.5;
  if (priority >= 100) return 4;
  if (priority >= 80) return 3;
  return priority >= 60 ? 2 : 1;
}
