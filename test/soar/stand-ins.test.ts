import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sink } from '../../src/sinks/sink.js';
import { alertDocument } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { WebhookServer, type WebhookServerOptions } from '../support/webhook-server.js';
import { fails } from './contract.js';

const never = new AbortController().signal;
const { alertId } = alertDocument(1);

async function withServer(
  options: WebhookServerOptions,
  body: (server: WebhookServer, send: (number: number) => ReturnType<Sink['send']>) => Promise<void>,
): Promise<void> {
  const server = await WebhookServer.start(options);
  const config = { kind: 'webhook', url: server.url, insecure: true, secret: { env: 'SECRET' }, timeout: '400ms' };
  const sink = makeTarget(config, { SECRET: server.secret });
  try {
    await body(server, (number) => sink.send([alertDocument(number)], never));
  } finally {
    await sink.close();
    await server.close();
  }
}

test('a receiver that does not recognise repeats has a case for each arrival', async () => {
  await withServer({ dedupe: false }, async (server, send) => {
    await send(1);
    await send(1);
    assert.equal(server.arrivals.get(alertId), 2);
    assert.deepEqual(server.cases.get(alertId)?.numbers, [1, 2]);
    assert.equal(server.caseCount, 2);
  });
});

test('a request can be carried out long after its connection was cut', async () => {
  await withServer({}, async (server, send) => {
    server.fault({ kind: 'cut-after-read', carriedOut: 'late', delayMs: 50 });
    await fails(send(1), 'LW_TARGET_AMBIGUOUS');
    assert.equal(server.caseCount, 0);
    await server.close();
    assert.equal(server.caseCount, 1);
  });
});

test('a fault spoils the requests it matches, as many as it says, and arrivals are counted all the same', async () => {
  await withServer({}, async (server, send) => {
    server.fault({ kind: 'status', status: 503, times: Infinity, match: (body) => body.includes(alertId) });
    await fails(send(1), 'LW_TARGET_AMBIGUOUS');
    await fails(send(1), 'LW_TARGET_AMBIGUOUS');
    await send(2);
    server.clearFaults();
    await send(1);
    assert.equal(server.arrivals.get(alertId), 3);
    assert.equal(server.caseCount, 2);
    assert.equal(server.requests.length, 4);
  });
});

test('a server that comes back has its address and its cases', async () => {
  await withServer({}, async (server, send) => {
    await send(1);
    const { url } = server;
    await server.down();
    await fails(send(2), 'LW_TARGET_UNAVAILABLE');
    await server.up();
    assert.equal(server.url, url);
    await send(2);
    assert.equal(server.caseCount, 2);
  });
});
