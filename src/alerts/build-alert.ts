import type { Extraction } from '../indicators/types.js';
import type { Alert, AlertEvent } from './types.js';

export interface AlertInput {
  readonly alertId: string;
  /** The cleaned Message-ID, made unique; the alert id where there is none. */
  readonly ticketId: string;
  readonly extraction: Extraction;
  /** INTERNALDATE, Unix milliseconds. */
  readonly receivedAtMs: number;
  readonly environment: string;
  /** -1 informative, 40 low, 60 medium, 80 high, 100 critical. */
  readonly priority: number;
}

/**
 * The alert of one message, by the names that playbooks built on the Google SecOps (Siemplify) email connector expect,
 * to the letter. Pure: the same input gives the same alert for ever.
 */
export function buildAlert(input: AlertInput): Alert {
  const { alertId, ticketId, extraction, environment, priority } = input;
  const startTimeMs = startTime(extraction.dateMs, input.receivedAtMs);
  const subject = extraction.subject || '(no subject)';
  return {
    display_id: alertId,
    ticket_id: ticketId,
    name: subject,
    rule_generator: 'Mail',
    start_time: startTimeMs,
    end_time: startTimeMs,
    priority,
    device_vendor: 'Mail',
    device_product: 'Mail',
    environment,
    events: [buildEvent(extraction, startTimeMs)],
  };
}

function buildEvent(extraction: Extraction, startTimeMs: number): AlertEvent {
  const event = {
    StartTime: String(startTimeMs),
    EndTime: String(startTimeMs),
    event_name: 'Suspicious email',
    device_product: 'Mail',
    Subject: extraction.subject ?? '',
    SourceUserName: extraction.from,
    DestinationUserName: extraction.to,
    found_url: extraction.urls.map(({ url }) => url.replaceAll(',', '%2C')).join(','),
  };
  if (extraction.findings.length === 0) return event;
  return { ...event, findings: extraction.findings.map(({ text }) => text).join('; ') };
}

/**
 * The sender chooses the Date header. One after the server received the mail cannot be true, whatever its clock says,
 * and a time in the future would put the case above all others: then, or where it does not parse, INTERNALDATE counts.
 */
function startTime(dateMs: number | null, receivedAtMs: number): number {
  return dateMs !== null && dateMs >= 0 && dateMs <= receivedAtMs ? dateMs : receivedAtMs;
}
