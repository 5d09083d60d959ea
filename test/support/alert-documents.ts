import { createHash } from 'node:crypto';
import type { AlertDocument } from '../../src/alerts/types.js';
import { alertIdOf } from '../../src/mail/identity.js';

/** Alert documents that differ in everything that tells them apart. */
export function alertDocuments(count: number): readonly AlertDocument[] {
  return Array.from({ length: count }, (_, index) => alertDocument(`message ${index}`));
}

export function alertDocument(name: string): AlertDocument {
  const identity = createHash('sha256').update(name).digest('hex');
  const alertId = alertIdOf(identity);
  return {
    version: 1,
    alertId,
    identity,
    ticketId: `${alertId}@mail.example`,
    messageId: `${alertId}@mail.example`,
    mailbox: 'soc',
    folder: 'INBOX',
    receivedAtMs: 1_770_000_000_000,
    evidence: identity,
    from: 'sender@example.org',
    to: 'soc@example.com',
    subject: name,
    urls: ['https://phish.example/'],
    findings: [],
    alert: {
      display_id: alertId,
      ticket_id: `${alertId}@mail.example`,
      name,
      rule_generator: 'Mail',
      start_time: 1_770_000_000_000,
      end_time: 1_770_000_000_000,
      priority: 60,
      device_vendor: 'Mail',
      device_product: 'Mail',
      environment: 'Default Environment',
      events: [{ found_url: 'https://phish.example/' }],
    },
    mispEvent: null,
  };
}
