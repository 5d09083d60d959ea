import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAlerts } from '../../src/cli/find-alerts.js';
import { foundAlertText } from '../../src/cli/found-alert-text.js';
import { configSchema } from '../../src/config/schema.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { inFolder } from '../support/folder.js';

test('an alert whose evidence is not there says whether that is so by the rule of the configuration', () =>
  inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    const ledger = openLedger(store);
    const days = (count: number) => Date.now() - count * 24 * 60 * 60 * 1000;
    const old = { ...alertDocument('old'), receivedAtMs: days(181) };
    const young = { ...alertDocument('young'), receivedAtMs: days(179) };
    await ledger.alerts.create([old, young]);
    const text = async (alertId: string, retention: { readonly evidence?: string }) => {
      const config = configSchema.parse({ store: { kind: 'file', path: './var', retention } });
      return (await findAlerts(store, ledger, config, alertId)).alerts.map(foundAlertText).join('\n');
    };
    assert.match(await text(old.alertId, { evidence: '180d' }), /no longer kept: older than 180d .*retention.*\.eml/);
    assert.match(await text(young.alertId, { evidence: '180d' }), /MISSING: .*\.eml/);
    assert.match(await text(old.alertId, {}), /MISSING: .*\.eml/);
  }));
