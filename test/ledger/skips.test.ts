import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keys } from '../../src/ledger/keys.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { SkipRecord } from '../../src/ledger/records.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

const record: SkipRecord = {
  ...{ version: 1, mailbox: 'soc', digest: '0123456789abcdef', alertId: 'a'.repeat(26), atMs: 1, receivedAtMs: 1 },
  ...{ folder: 'INBOX', uidValidity: '1', uid: '1', evidence: 'e', from: 'a@b.example', subject: null },
  rule: { field: 'from', expression: '.' },
  messageId: '1@mail.example',
};

describe('the decision that a mail is skipped', () => {
  it('is found by its names, though the store died in the midst of keeping it', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const createMany = store.createMany.bind(store);
      // Records of one call become durable in any order.
      store.createMany = async (records) => {
        await createMany(records.slice(-1));
        throw new Error('died');
      };
      const { skips } = openLedger(store);
      await assert.rejects(skips.record([record]), /died/);
      store.createMany = createMany;
      const [decided] = await skips.find(record.mailbox, record.digest, [record.alertId]);
      if (decided === undefined) await skips.record([record]);
      assert.deepEqual(await skips.named('1@mail.example'), [record]);
      assert.deepEqual(await skips.named(record.alertId), [record]);
    }));

  it('is found by the whole name of its mail, each of every mailbox and expression, and not by the name of another', () =>
    inFolder(async (folder) => {
      const { skips } = openLedger(await FileStore.open(folder));
      const messageId = '2@mail.example';
      // One whose name lies in the same folder of the store.
      const begin = (name: string) => keys.skipNamesBeside(name);
      const others = Array.from({ length: 5_000 }, (_, number) => `${number}@other.example`);
      const beside = others.find((name) => begin(name) === begin(messageId)) ?? assert.fail();
      const decided = [
        { ...record, messageId, atMs: 3 },
        { ...record, messageId, atMs: 1, mailbox: 'reports' },
        { ...record, messageId, atMs: 2, digest: 'fedcba9876543210' },
      ];
      const other = { ...record, messageId: beside, alertId: 'b'.repeat(26) };
      await skips.record([...decided, other]);
      const inTime = decided.toSorted((one, two) => one.atMs - two.atMs);
      assert.deepEqual(await skips.named(messageId), inTime);
      assert.deepEqual(await skips.named(record.alertId), inTime);
      assert.deepEqual(await skips.named(beside), [other]);
      assert.deepEqual(await skips.named('2@mail'), []);
    }));
});
