import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeliverAlert } from '../../src/activities/deliver-alert.js';
import { createDeliverToSink } from '../../src/activities/deliver-to-sink.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocuments } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { quietActivity } from '../support/quiet-activity.js';
import { makeTarget } from '../support/target-setup.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';

const timeoutMs = 500;
/** So slow that a few requests in a line take longer than one may. */
const latencyMs = 200;

/** What batches and single alerts of one worker do at a webhook that takes one request at a time. */
async function withSlowWebhook(
  work: (
    soar: WebhookServer,
    documents: readonly AlertDocument[],
    send: {
      readonly batch: (documents: readonly AlertDocument[]) => Promise<readonly string[]>;
      readonly single: (document: AlertDocument) => Promise<string>;
    },
  ) => Promise<void>,
): Promise<void> {
  const soar = await WebhookServer.start();
  soar.latencyMs = latencyMs;
  const sink = makeTarget(
    {
      kind: 'webhook',
      url: `${soar.url}/hook`,
      insecure: true,
      secret: { env: 'HOOK' },
      concurrency: 1,
      timeout: `${timeoutMs}ms`,
    },
    { HOOK: soar.secret },
  );
  try {
    await inFolder(async (folder) => {
      const dependencies = testDependencies(await FileStore.open(folder), { sinks: new Map([['cases', sink]]) });
      const documents = alertDocuments(12);
      await dependencies.ledger.alerts.create(documents);
      const uses = new SinkUses();
      const deliverToSink = createDeliverToSink(dependencies, uses);
      const deliverAlert = createDeliverAlert(dependencies, uses);
      await work(soar, documents, {
        batch: async (some) => {
          const alertIds = some.map(({ alertId }) => alertId);
          const input = { mailbox: 'soc', sink: 'cases', alertIds, patienceMs: 0 };
          const { fates, trouble } = await runIn(deliverToSink, input);
          assert.equal(trouble, undefined);
          return fates.map(({ kind }) => kind);
        },
        // Temporal tries again what finds no place.
        single: ({ alertId }) =>
          eventually(async () => {
            const input = { mailbox: 'soc', sink: 'cases', alertId, predecessors: [] };
            return runIn(deliverAlert, input).then(
              ({ kind }) => kind,
              (error: unknown) => {
                if (isLurewatchError(error, 'LW_SINK_BUSY')) return undefined;
                throw error;
              },
            );
          }, 'it has its turn'),
      });
    });
  } finally {
    await sink.close();
    await soar.close();
  }
}

function runIn<Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> {
  return quietActivity().run<[Input], Result, typeof activity>(activity, input);
}

describe('a slow webhook that takes one request at a time', () => {
  it('gets batches and single alerts in turn: no request is cut for the time that it waited for another', () =>
    withSlowWebhook(async (soar, documents, { batch, single }) => {
      const all = await Promise.all([
        batch(documents.slice(0, 4)),
        batch(documents.slice(4, 8)),
        ...documents.slice(8).map(single),
      ]);
      assert.deepEqual(new Set(all.flat()), new Set(['reached']));
      assert.equal(soar.requests.length, documents.length, 'none was sent twice');
      assert.equal(soar.caseCount, documents.length);
    }));
});
