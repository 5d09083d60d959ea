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

  it('are no name that another mail took by calling itself so', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const short = `x@h-${two.slice(0, 12)}`;
      assert.deepEqual(
        await messageIds.ticketIds([
          { alertId: one, messageId: 'x@h' },
          { alertId: three, messageId: short },
        ]),
        ['x@h', short],
      );
      const late = [{ alertId: two, messageId: 'x@h' }];
      assert.deepEqual(await messageIds.ticketIds(late), [`x@h-${two}`]);
      assert.deepEqual(await messageIds.ticketIds(late), [`x@h-${two}`], 'asked again, the answer is the same');
      assert.deepEqual(await messageIds.find('x@h'), [one, two].sort());
      assert.deepEqual(await messageIds.find(`x@h-${two}`), [two]);
      assert.deepEqual(await messageIds.find(short), [three]);
    }));

  it('are kept from a later mail that calls itself so, in the same batch too', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const short = `x@h-${two.slice(0, 12)}`;
      const batch = [
        { alertId: one, messageId: 'x@h' },
        { alertId: two, messageId: 'x@h' },
      ];
      assert.deepEqual(await messageIds.ticketIds(batch), ['x@h', short]);
      const copy = { alertId: three, messageId: short };
      assert.deepEqual(await messageIds.ticketIds([copy]), [`${short}-${three.slice(0, 12)}`]);
      assert.deepEqual(await messageIds.find(short), [two, three].sort());
      const again = await messageIds.ticketIds([copy, ...batch]);
      assert.deepEqual(again, [`${short}-${three.slice(0, 12)}`, 'x@h', short]);
    }));

  it('are unique also when every longer name is taken', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      const [victim = '', ...others] = alertDocuments(5).map(({ alertId }) => alertId);
      const names = ['x@h', `x@h-${victim.slice(0, 12)}`, `x@h-${victim}`, victim];
      const mails = [...names, 'x@h'].map((messageId, index) => ({
        alertId: [...others, victim][index] ?? '',
        messageId,
      }));
      const tickets = await messageIds.ticketIds(mails);
      assert.equal(new Set(tickets).size, mails.length);
      assert.equal(tickets.at(-1), victim);
      assert.deepEqual(await messageIds.ticketIds(mails), tickets);
    }));

  it('are the alert id where there is no Message-ID, also when another mail has it for its own', () =>
    inFolder(async (folder) => {
      const { messageIds } = openLedger(await FileStore.open(folder));
      assert.ok(one !== undefined && two !== undefined);
      const [copy, own] = await messageIds.ticketIds([
        { alertId: two, messageId: one },
        { alertId: one, messageId: null },
      ]);
      assert.deepEqual([copy, own], [`${one}-${two.slice(0, 12)}`, one]);
      assert.deepEqual(await messageIds.find(one), [two]);
    }));

  it('cost one record for each new Message-ID', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const alerts = alertDocuments(20);
      await openLedger(store).messageIds.ticketIds(alerts);
      assert.equal((await store.list('ledger/')).length, 20);
    }));
});
