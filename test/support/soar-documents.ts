import { createHash } from 'node:crypto';
import type { Alert, AlertDocument } from '../../src/alerts/types.js';

/** Where a URL was found with a comma, which stands encoded in the fields of its alert. */
export function withComma(document: AlertDocument): AlertDocument {
  return { ...document, urls: document.urls.map((url) => url.replaceAll('%2C', ',')) };
}

/** An alert document as `buildAlerts` stores it, each `number` with an identity of its own. */
export function alertDocument(number: number, changes: Partial<Alert> = {}): AlertDocument {
  const identity = createHash('sha256').update(`message ${number}`).digest('hex');
  const alertId = `a${identity.slice(0, 25)}`;
  const ticketId = `message-${number}@mail.example`;
  const urls = [`https://login.example/reset?user=${number}`, 'https://cdn.example/a%2Cb.js'];
  const subject = `Your account ${number} – locked`;
  const startTime = Date.UTC(2026, 10, 21, 9, 30, 0) + number;
  const alert: Alert = {
    display_id: alertId,
    ticket_id: ticketId,
    name: subject,
    rule_generator: 'Mail',
    start_time: startTime,
    end_time: startTime,
    priority: 60,
    device_vendor: 'Mail',
    device_product: 'Mail',
    environment: 'Default Environment',
    events: [
      {
        StartTime: String(startTime),
        EndTime: String(startTime),
        event_name: 'Suspicious email',
        device_product: 'Mail',
        Subject: subject,
        SourceUserName: 'Support <support@phish.example>',
        DestinationUserName: 'soc@corp.example',
        found_url: urls.join(','),
      },
    ],
    ...changes,
  };
  return {
    version: 1,
    alertId,
    identity,
    ticketId,
    messageId: `<${ticketId}>`,
    mailbox: 'soc',
    folder: 'INBOX',
    receivedAtMs: startTime + 1000,
    evidence: createHash('sha256').update(`raw ${number}`).digest('hex'),
    from: 'Support <support@phish.example>',
    to: 'soc@corp.example',
    subject,
    urls,
    findings: [{ code: 'charset-unknown', text: 'A part names a character set that is not known.' }],
    alert,
    mispEvent: null,
  };
}
