import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sink } from '../../src/sinks/sink.js';
import { alertDocument } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { WebhookServer, type WebhookServerOptions } from '../support/webhook-server.js';
import { contractTimeout, fails, httpTargetContract } from './contract.js';

const never = new AbortController().signal;

function webhookTarget(url: string, secret: string, changes: Readonly<Record<string, unknown>> = {}): Sink {
  const config = { kind: 'webhook', url, insecure: true, secret: { env: 'SECRET' }, timeout: '10s' };
  return makeTarget({ ...config, ...changes }, { SECRET: secret });
}

async function withServer(
  options: WebhookServerOptions,
  body: (server: WebhookServer, sink: Sink) => Promise<void>,
): Promise<void> {
  const server = await WebhookServer.start(options);
  const sink = webhookTarget(`${server.url}/hook?team=soc`, server.secret);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

httpTargetContract('webhook', async () => {
  const server = await WebhookServer.start();
  const hasty = { timeout: `${contractTimeout}ms` };
  const sink = webhookTarget(`${server.url}/hook?team=soc`, server.secret, hasty);
  return {
    sink,
    server,
    createPath: '/hook',
    secrets: [server.secret],
    garbage: 'delivered',
    oversized: 'delivered',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
});

test('the alert arrives as it was built, under its id, with a reference to find it by', async () => {
  await withServer({}, async (server, sink) => {
    const document = alertDocument(7);
    const results = await sink.send([document], never);
    assert.deepEqual(results, [{ status: 'delivered', reference: '/cases/1' }]);
    assert.deepEqual(server.cases.get(document.alertId)?.alert, document.alert);
    assert.equal(server.requests[0]?.path, '/hook?team=soc');
  });
});

test('id and body are the same at every attempt', async () => {
  await withServer({}, async (server, sink) => {
    server.fault({ kind: 'cut-after-read', carriedOut: false, times: 2 });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    await sink.send([alertDocument(1)], never);
    const sent = server.requests.map(({ headers, body }) => `${headers['webhook-id']} ${body}`);
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent).size, 1);
    assert.match(sent[0] ?? '', /"timestamp":"2026-11-21T09:30:00\.001Z"/);
  });
});

test('a receiver that answers 409 to an id it knows has the alert', async () => {
  await withServer({ repeatStatus: 409 }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: '/cases/1' }]);
    assert.equal(server.caseCount, 1);
  });
});

test('another secret than the receiver has is told as a matter of credentials', async () => {
  await withServer({}, async (server) => {
    const sink = webhookTarget(server.url, `whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    try {
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AUTH');
    } finally {
      await sink.close();
    }
  });
});

test('check says that an endpoint is gone', async () => {
  await withServer({}, async (server, sink) => {
    server.fault({ kind: 'status', status: 410 });
    await fails(sink.check(), 'LW_TARGET_REFUSES');
  });
});

const good = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

test('http is refused unless the configuration says that it means it', async () => {
  const error = await fails(
    Promise.resolve().then(() => webhookTarget('http://soar.example/hook', good, { insecure: false })),
    'LW_CONFIG_INVALID',
  );
  assert.equal(error.where, 'targets.cases.url');
});

test('an address with a password in it is refused, and not shown', async () => {
  const error = await fails(
    Promise.resolve().then(() => webhookTarget('https://me:hush@soar.example/hook', good)),
    'LW_CONFIG_INVALID',
  );
  assert.doesNotMatch(error.message, /hush/);
});

for (const [what, secret] of [
  ['without its prefix', Buffer.alloc(32, 7).toString('base64')],
  ['shorter than 24 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
  ['longer than 64 bytes', `whsec_${Buffer.alloc(65, 7).toString('base64')}`],
  ['that is no base64', `whsec_${'$'.repeat(40)}`],
] as const) {
  test(`a signing secret ${what} is refused, and not shown`, async () => {
    const error = await fails(
      Promise.resolve().then(() => webhookTarget('https://soar.example/hook', secret)),
      'LW_CONFIG_INVALID',
    );
    assert.equal(error.where, 'targets.cases.secret');
    assert.ok(!error.message.includes(secret.slice(0, 12)));
  });
}

test('signing secrets of 24 and of 64 bytes are taken, a line break at the end too', async () => {
  for (const sizeBytes of [24, 64]) {
    const sink = webhookTarget('https://soar.example/hook', `whsec_${Buffer.alloc(sizeBytes).toString('base64')}\n`);
    await sink.close();
  }
});
