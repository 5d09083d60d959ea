import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeliverAlert } from '../../src/activities/deliver-alert.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocuments } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const decision = { who: 'ada', why: 'the limit is raised', atMs: 1_700_000_000_000 };

describe('a decision to try an alert again', () => {
  it('stands in the ledger before anything is sent, once for each time somebody decided', async () => {
    await inFolder(async (folder) => {
      const sink = new ScriptedSink();
      const dependencies = testDependencies(await FileStore.open(folder), { sinks: new Map([[sink.name, sink]]) });
      const { ledger } = dependencies;
      const documents = alertDocuments(1);
      await ledger.alerts.create(documents);
      const alertId = documents[0]?.alertId ?? '';
      const deliverAlert = createDeliverAlert(dependencies, new SinkUses());
      const deliver = (atMs: number, workflowId: string) => {
        const environment = quietActivity({ workflowExecution: { workflowId, runId: 'run' } });
        const input = { mailbox: 'soc', sink: sink.name, alertId, predecessors: [], decision: { ...decision, atMs } };
        return environment.run(deliverAlert, input);
      };
      sink.script = async () => {
        assert.equal((await ledger.deliveries.retries(sink.name, alertId)).length, 1);
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'away');
      };
      await assert.rejects(deliver(decision.atMs, 'soc'), /away/);
      await assert.rejects(deliver(decision.atMs, 'soc'), /away/);
      sink.script = undefined;
      await deliver(decision.atMs, 'reports');
      await deliver(decision.atMs + 1, 'soc');
      const kept = await ledger.deliveries.retries(sink.name, alertId);
      assert.deepEqual(
        kept.map(({ who, why, atMs, owner }) => [who, why, atMs - decision.atMs, owner.workflowId]).sort(),
        [
          ['ada', 'the limit is raised', 0, 'reports'],
          ['ada', 'the limit is raised', 0, 'soc'],
          ['ada', 'the limit is raised', 1, 'soc'],
        ],
      );
      assert.equal(kept.at(-1)?.atMs, decision.atMs + 1);
    });
  });
});
