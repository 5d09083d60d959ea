import type { AlertDocument } from '../../alerts/types.js';

const alertId = 'lurewatch-check';

/** What the fields of a path hold while nothing but access is checked: an alert that there is not. */
export const checkDocument: AlertDocument = {
  version: 1,
  alertId,
  identity: '',
  ticketId: alertId,
  messageId: null,
  mailbox: 'check',
  folder: 'check',
  receivedAtMs: 0,
  evidence: '',
  from: '',
  to: '',
  subject: null,
  urls: [],
  findings: [],
  alert: {
    display_id: alertId,
    ticket_id: alertId,
    name: '',
    rule_generator: 'Mail',
    start_time: 0,
    end_time: 0,
    priority: 40,
    device_vendor: 'Mail',
    device_product: 'Mail',
    environment: '',
    events: [],
  },
  mispEvent: null,
};
