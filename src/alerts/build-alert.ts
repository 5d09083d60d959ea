import type { Extraction, FoundUrl } from '../indicators/types.js';
import { type AuthenticationReport, authenticationBy } from '../mail/authentication-results.js';
import { authenticationFields } from './authentication-fields.js';
import { chosenEnvironment, chosenPriority } from './chosen.js';
import type { AlertConfig, EnvironmentConfig, PriorityConfig } from './config.js';
import { configuredFields } from './content.js';
import { fileFields } from './file-fields.js';
import { indicatorFields } from './indicator-fields.js';
import { originalFields } from './original-fields.js';
import { reportFields } from './report-fields.js';
import type { Alert, AlertEvent, ReportInfo } from './types.js';
import { urlFields } from './url-fields.js';

export interface AlertInput {
  readonly alertId: string;
  /** The cleaned Message-ID, made unique; the alert id where there is none. */
  readonly ticketId: string;
  readonly extraction: Extraction;
  /** INTERNALDATE, Unix milliseconds. */
  readonly receivedAtMs: number;
  readonly environment: EnvironmentConfig;
  /** -1 informative, 40 low, 60 medium, 80 high, 100 critical. */
  readonly priority: number | PriorityConfig;
  /** What the configuration adds. */
  readonly content?: AlertConfig | undefined;
  /** Mails that a report carries and that are further events of its alert. */
  readonly carried?: readonly Pick<AlertInput, 'extraction' | 'report'>[] | undefined;
  /** The own host whose Authentication-Results are believed; undefined: none are read. */
  readonly authserv?: string | undefined;
  /** How many such headers that host writes. */
  readonly authservHeaders?: number | undefined;
  /** Of a mail that a report carried; `urls` are those to be told of the report itself. */
  readonly report?: { readonly info: ReportInfo; readonly urls: readonly string[] } | undefined;
  /** What the mail's route gives it; none of them has a comma. */
  readonly tags?: readonly string[] | undefined;
}

/**
 * The alert of one message, by the names that playbooks built on the Google SecOps (Siemplify) email connector expect,
 * to the letter. Pure: the same input gives the same alert for ever.
 */
export function buildAlert(input: AlertInput): Alert {
  const { alertId, ticketId, extraction, environment, priority } = input;
  const startTimeMs = startTime(extraction.dateMs, input.receivedAtMs);
  const subject = extraction.subject || '(no subject)';
  const event = buildEvent(input, startTimeMs);
  return {
    display_id: alertId,
    ticket_id: ticketId,
    name: subject,
    rule_generator: 'Mail',
    start_time: startTimeMs,
    end_time: startTimeMs,
    priority: chosenPriority(priority, event),
    device_vendor: 'Mail',
    device_product: 'Mail',
    environment: chosenEnvironment(environment, event),
    ...(input.tags === undefined ? {} : { tags: input.tags }),
    events: [event, ...(input.carried ?? []).map((mail) => carriedEvent(input, mail))],
  };
}

function buildEvent(input: AlertInput, startTimeMs: number): AlertEvent {
  const { extraction, authserv, authservHeaders, report, tags, content } = input;
  const urls = extraction.urls.filter(({ kind }) => kind !== 'unsubscribe');
  const event = {
    StartTime: String(startTimeMs),
    EndTime: String(startTimeMs),
    event_name: 'Suspicious email',
    device_product: 'Mail',
    Subject: extraction.subject ?? '',
    SourceUserName: extraction.from,
    DestinationUserName: extraction.to,
    found_url: joined(urls),
    ...urlFields(urls, extraction.attachments),
    ...unsubscribe(extraction.urls.filter(({ kind }) => kind === 'unsubscribe')),
    ...fileFields(extraction.attachments),
    ...indicatorFields(extraction.indicators ?? []),
    ...originalFields(extraction.originals ?? []),
    ...authentication(extraction.authentication ?? [], authserv, authservHeaders),
    ...(report === undefined ? {} : reportFields(report.info, report.urls)),
    ...(tags === undefined ? {} : { tags: tags.join(',') }),
    ...configuredFields(extraction, content),
  };
  if (extraction.findings.length === 0) return event;
  return { ...event, findings: extraction.findings.map(({ text }) => text).join('; ') };
}

/** What the alert of a carried mail would tell. What the own host says of the report says nothing of the mails in it. */
function carriedEvent(
  input: AlertInput,
  { extraction, report }: Pick<AlertInput, 'extraction' | 'report'>,
): AlertEvent {
  const mail = { ...input, extraction, report, authserv: undefined };
  return buildEvent(mail, startTime(extraction.dateMs, input.receivedAtMs));
}

/** Every mail of a list service has some: no sign of anything. */
function unsubscribe(urls: readonly FoundUrl[]): AlertEvent {
  return urls.length === 0 ? {} : { unsubscribe_url: joined(urls) };
}

function joined(urls: readonly FoundUrl[]): string {
  return urls.map(({ url }) => url.replaceAll(',', '%2C')).join(',');
}

function authentication(
  reports: readonly AuthenticationReport[],
  authserv: string | undefined,
  headers: number | undefined,
): AlertEvent {
  if (authserv === undefined) return {};
  const results = authenticationBy(authserv, reports, headers);
  return results === undefined ? { auth_results: `none of ${authserv}` } : authenticationFields(results);
}

/**
 * The sender chooses the Date header. One after the server received the mail cannot be true, whatever its clock says,
 * and a time in the future would put the case above all others: then, or where it does not parse, INTERNALDATE counts.
 */
function startTime(dateMs: number | null, receivedAtMs: number): number {
  return dateMs !== null && dateMs >= 0 && dateMs <= receivedAtMs ? dateMs : receivedAtMs;
}
