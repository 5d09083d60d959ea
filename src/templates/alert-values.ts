import type { AlertDocument } from '../alerts/types.js';
import type { Filled } from './template.js';

/** What a template over an alert is filled from: its first event, the alert, and what the document knows besides. */
export function alertValues({ alert, ...document }: Omit<AlertDocument, 'mispEvent'>): Filled {
  const { events, ...head } = alert;
  const ofAlert = Object.entries(head).map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]);
  return {
    fields: {
      ...events[0],
      ...Object.fromEntries(ofAlert),
      alert_id: document.alertId,
      message_id: document.messageId ?? '',
      mailbox: document.mailbox,
      folder: document.folder,
      received_at: String(document.receivedAtMs),
      evidence: document.evidence,
    },
  };
}
