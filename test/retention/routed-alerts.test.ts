import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import type { Outcome } from '../../src/ledger/records.js';
import { alertEnds } from '../../src/retention/finished-alerts.js';
import { UnreadAlerts } from '../../src/retention/unread-alerts.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const outcome: Outcome = {
  ...{ version: 1, kind: 'delivered', reference: 'case', warnings: [], atMs: 1 },
  owner: { workflowId: 'w', runId: 'r' },
};

describe('evidence of a mail with a route', () => {
  it('is not kept for a target that its alert does not go to, and is for one that it goes to', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const routes = [{ name: 'brand', when: { subject: 'x' }, targets: ['hook', 'cases'] }];
      const soc = { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'], routes };
      const targets = { cases: { kind: 'file', path: './cases' }, hook: { kind: 'file', path: './hook' } };
      const dependencies = testDependencies(store, {
        config: configSchema.parse({ mailboxes: { soc }, targets }),
        sources: new Map([['soc', new MemorySource()]]),
        sinks: new Map([
          ['cases', new ScriptedSink()],
          ['hook', new ScriptedSink()],
        ]),
      });
      const past = { ...alertDocument('past'), route: { rule: null, targets: ['cases'], passedOver: ['hook'] } };
      const carried = {
        ...alertDocument('both'),
        route: { rule: 'brand', targets: ['hook', 'cases'], passedOver: [] },
      };
      const gone = { ...alertDocument('gone'), route: { rule: 'north', targets: ['north'], passedOver: ['cases'] } };
      await dependencies.ledger.alerts.create([past, carried, gone]);
      await dependencies.ledger.deliveries.recordOutcomes('north', [{ alertId: gone.alertId, outcome }]);
      const ids = [past.alertId, carried.alertId];
      await dependencies.ledger.deliveries.recordOutcomes(
        'cases',
        ids.map((alertId) => ({ alertId, outcome })),
      );
      const carrying = { ...dependencies.workflows, isInDelivery: async () => true };
      const unread = new UnreadAlerts(dependencies, AbortSignal.timeout(60_000));
      const ends = await alertEnds({ ...dependencies, workflows: carrying }, unread, ids);
      assert.deepEqual([...ends.values()], ['done', 'open']);
      const ofGone = await alertEnds(dependencies, unread, [gone.alertId]);
      assert.deepEqual([...ofGone.values()], ['done'], 'a target that had it and is not configured any more');
    }));
});
