import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keys } from '../../src/ledger/keys.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { inFolder } from '../support/folder.js';

describe('alert documents', () => {
  it('keep what was built first, whatever a later version or another mailbox would build', () =>
    inFolder(async (folder) => {
      const { alerts } = openLedger(await FileStore.open(folder));
      const first = alertDocument('a');
      await alerts.create([first]);
      const answered = await alerts.create([{ ...first, mailbox: 'another', subject: 'read differently' }]);
      assert.deepEqual(answered, [first]);
      assert.deepEqual(await alerts.read([first.alertId]), [first]);
    }));

  it('that cannot be understood are reported with their place, not guessed at', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const { alerts } = openLedger(store);
      const { alertId } = alertDocument('a');
      await store.createMany([{ key: keys.alert(alertId), body: Buffer.from('{"version":1,"alertId":7}') }]);
      await assert.rejects(alerts.read([alertId]), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'LW_STORE_CORRUPT');
        assert.match(error.message, new RegExp(keys.alert(alertId)));
        return true;
      });
    }));
});

describe('store keys', () => {
  it('are harmless whatever a folder or a Maildir name holds', () => {
    const place = { folder: '../../etc/Größe & "x"', uidValidity: '1' };
    const key = keys.message('soc', place, '1700000000.M1P2.host,S=5:2,');
    assert.match(key, /^[A-Za-z0-9._/-]+$/);
    assert.ok(!key.includes('..'));
  });

  it('differ for folders that differ only in what is not harmless', () => {
    const at = (folder: string) => keys.message('soc', { folder, uidValidity: '1' }, '7');
    assert.equal(new Set(['a b', 'a/b', 'a_b', 'A_b', 'ä'].map(at)).size, 5);
  });
});
