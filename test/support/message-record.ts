import type { MessageRecord } from '../../src/ledger/records.js';

/** Of a message whose evidence and alert nobody asks for. */
export const messageRecord: MessageRecord = {
  version: 1,
  mailbox: 'soc',
  folder: 'INBOX',
  uidValidity: '1',
  uid: '1',
  alertId: 'a'.repeat(26),
  identity: '0'.repeat(64),
  evidence: '0'.repeat(64),
  sizeBytes: 1,
  storedBytes: 1,
  internalDateMs: 0,
};
