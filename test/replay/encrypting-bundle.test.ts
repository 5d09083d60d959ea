import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { noTracing } from '../../src/tracing/no-tracing.js';
import { encryptingBundlePath } from '../../src/workflows/bundle-path.js';
import { readHistories } from './histories.js';

describe('histories recorded without encryption', () => {
  before(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('replay with the code for encrypted ones', async () => {
    const recorded = await readHistories();
    const histories = recorded.map(({ workflowId, history }) => ({ workflowId, history }));
    const replay = Worker.runReplayHistories(
      { workflowBundle: { codePath: encryptingBundlePath }, sinks: noTracing.sinks },
      histories,
    );
    let replayed = 0;
    for await (const { error, workflowId } of replay) {
      assert.equal(error, undefined, workflowId);
      replayed += 1;
    }
    assert.equal(replayed, recorded.length);
  });
});
