import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocuments } from '../support/alert-documents.js';
import { inFolder } from '../support/folder.js';

const [one, two, three] = alertDocuments(3).map(({ alertId }) => alertId);

describe('ticket ids', () => {
  it('are the Message-ID for its first user, and differ for every other alert that carries it', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const both = [
        { alertId: one, messageId: 'm@example.org' },
        { alertId: two, messageId: 'm@example.org' },
      ];
      const expected = ['m@example.org', `m@example.org-${two.slice(0, 12)}`];
      assert.deepEqual(await messageIds.ticketIds(both), expected);
      assert.deepEqual(await messageIds.ticketIds(both), expected, 'asked again, the answer is the same');
      assert.deepEqual(await messageIds.ticketIds([...both].reverse()), [...expected].reverse());
      const later = [{ alertId: three, messageId: 'm@example.org' }];
      assert.deepEqual(await messageIds.ticketIds(later), [`m@example.org-${three.slice(0, 12)}`]);
      assert.deepEqual(await messageIds.find('m@example.org'), [one, two, three].sort());
    }));

  it('are the alert id where there is no Message-ID', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      assert.ok(one !== undefined);
      assert.deepEqual(await messageIds.ticketIds([{ alertId: one, messageId: null }]), [one]);
    }));

  it('are unique when two batches meet the same Message-ID at the same time', () =>
    inFolder(async (folder) => {
      const ids = alertDocuments(20).map(({ alertId }) => alertId);
      const ledgers = await Promise.all(ids.map(async () => openLedger(await FileStore.open(folder))));
      const tickets = await Promise.all(
        ledgers.map((ledger, index) => ledger.messageIds.ticketIds([{ alertId: ids[index] ?? '', messageId: 'm' }])),
      );
      assert.equal(new Set(tickets.flat()).size, 20);
      assert.equal(tickets.flat().filter((ticket) => ticket === 'm').length, 1);
    }));
});
