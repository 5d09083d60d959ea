import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupingKeys } from '../../src/campaigns/grouping-keys.js';
import { CampaignLedger } from '../../src/ledger/campaigns.js';
import { FileStore } from '../../src/store/file-store.js';
import { extract } from '../support/extraction.js';
import { inFolder } from '../support/folder.js';

const windowMs = 24 * 60 * 60 * 1000;

describe('a grouping key', () => {
  it('is found whatever a mailbox says of when a mail was received', () =>
    inFolder(async (folder) => {
      const ledger = new CampaignLedger(await FileStore.open(folder));
      const extraction = await extract('From: a@phish.example\r\nSubject: Your parcel waits\r\n\r\n');
      const copies = [-1e15, -1, 0.5, 1e15, 1e300].map((receivedAtMs) => ({
        ...{ alertId: String(receivedAtMs), extraction, receivedAtMs },
        environment: 'Default Environment',
      }));
      const keys = await groupingKeys(ledger, windowMs, copies);
      const times = copies.map(({ alertId }) => keys.get(alertId)?.replace(/^lw-[a-z2-7]{16}-/, ''));
      const [first, last] = ['19700101T000000Z', '99991231T000000Z'];
      assert.deepEqual(times, [first, first, first, last, last]);
    }));
});
