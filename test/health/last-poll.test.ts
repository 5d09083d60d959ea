import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { lastPollOf, lastPollOfAll } from '../../src/health/last-poll.js';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

let server: TestServer;
let connection: NativeConnection;
let worker: Worker;
before(async () => {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
  connection = await NativeConnection.connect({ address: server.address });
  worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue: 'health',
    identity: 'the one',
    workflowBundle: { codePath: bundlePath },
  });
});
after(async () => {
  if (worker?.getState() === 'INITIALIZED') await worker.runUntil(async () => undefined);
  await connection?.close();
  await server?.stop();
});

test('a worker is known to poll once the server saw it, and no longer when it is told to stop', async () => {
  const lastPoll = lastPollOf(worker, connection, server.namespace);
  assert.equal(await lastPoll(), undefined, 'not running yet');
  const running = worker.run();
  try {
    await eventually(lastPoll, 'a poll that the server saw');
    const idle = { getState: () => worker.getState(), options: { ...worker.options, identity: 'beside it' } };
    assert.equal(await lastPollOf(idle, connection, server.namespace)(), undefined, 'the poll of another worker');
    await assert.rejects(lastPollOf(worker, connection, 'no-such-namespace')());
    assert.equal(await lastPollOfAll([worker, idle], connection, server.namespace)(), undefined, 'one of two polls');
    const all = lastPollOfAll([worker, worker], connection, server.namespace);
    assert.deepEqual([await all(), await all()], ['1', '1'], 'no new poll, no new proof');
  } finally {
    worker.shutdown();
    await running;
  }
  assert.equal(await lastPoll(), undefined, 'told to stop');
});
