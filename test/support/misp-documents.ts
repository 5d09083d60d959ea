import type { AlertDocument } from '../../src/alerts/types.js';
import type { FoundUrl } from '../../src/indicators/types.js';
import { buildMispEvent, type MispEventSource } from '../../src/misp/build-event.js';
import type { MispEventConfig } from '../../src/misp/config.js';

export const mispEventConfig: MispEventConfig = {
  tlp: 'amber',
  distribution: 0,
  sharingGroup: undefined,
  threatLevel: 4,
  analysis: 0,
  toIds: false,
  objects: false,
};

/** A message as building its MISP event sees it; 2026-03-01 23:59:59 UTC. */
export function mispSource({ urls = ['https://evil.example/login'], ...changes }: MispChanges = {}): MispEventSource {
  return {
    alertId: 'abcdefghijklmnopqrstuvwxyz',
    mailbox: 'soc',
    receivedAtMs: Date.UTC(2026, 2, 1, 23, 59, 59),
    subject: 'Your parcel',
    fromAddresses: ['mallory@evil.example'],
    toAddresses: ['victim@corp.example'],
    messageId: '<1@evil.example>',
    urls: urls.map((url) => (typeof url === 'string' ? { url, kind: 'click' } : url)),
    ...changes,
  };
}

/** URLs may be given as text: those are links. */
export type MispChanges = Partial<Omit<MispEventSource, 'urls'>> & { readonly urls?: readonly (string | FoundUrl)[] };

/** An alert document as far as a MISP sink looks at it. */
export function mispDocument(changes: MispChanges = {}, config = mispEventConfig): AlertDocument {
  const source = mispSource(changes);
  return {
    version: 1,
    alertId: source.alertId,
    identity: '0'.repeat(64),
    ticketId: source.messageId ?? source.alertId,
    messageId: source.messageId,
    mailbox: source.mailbox,
    folder: 'INBOX',
    receivedAtMs: source.receivedAtMs,
    evidence: '0'.repeat(64),
    from: source.fromAddresses.join(', '),
    to: source.toAddresses.join(', '),
    subject: source.subject,
    urls: source.urls.map(({ url }) => url),
    findings: [],
    alert: {
      display_id: source.alertId,
      ticket_id: source.messageId ?? source.alertId,
      name: source.subject ?? '',
      rule_generator: '',
      start_time: source.receivedAtMs,
      end_time: source.receivedAtMs,
      priority: 60,
      device_vendor: '',
      device_product: '',
      environment: '',
      events: [],
    },
    mispEvent: buildMispEvent(source, config),
  };
}

/** Alert ids that differ: 26 characters, like real ones. */
export function numberedAlertId(number: number): string {
  return `alert${String(number).padStart(21, '0')}`;
}
