import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Sink } from '../../src/sinks/sink.js';
import { SecopsServer, type SecopsServerOptions } from '../support/secops-server.js';
import { alertDocument } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { told } from '../support/warnings.js';
import { contractTimeout, fails, type HttpContractSubject, httpTargetContract } from './contract.js';

const never = new AbortController().signal;
type Changes = Readonly<Record<string, unknown>>;

function chronicle(server: SecopsServer, changes: Changes = {}, key = server.serviceAccount()): Sink {
  const config = {
    kind: 'secops',
    ...server.chronicle,
    url: server.url,
    insecure: true,
    credentials: { env: 'KEY' },
    timeout: '10s',
    rate: 1000,
  };
  return makeTarget({ ...config, ...changes }, { KEY: key });
}

function siemplify(server: SecopsServer, changes: Changes = {}, key = server.appKey): Sink {
  const config = {
    kind: 'secops',
    api: 'siemplify',
    url: server.url,
    insecure: true,
    key: { env: 'KEY' },
    timeout: '10s',
    rate: 1000,
  };
  return makeTarget({ ...config, ...changes }, { KEY: key });
}

type Maker = (server: SecopsServer, changes?: Changes) => Sink;

async function subject(make: Maker, options: SecopsServerOptions): Promise<HttpContractSubject> {
  const server = await SecopsServer.start(options);
  const sink = make(server, { timeout: `${contractTimeout}ms` });
  return {
    sink,
    server,
    createPath: 'reateCase',
    secrets: [server.appKey, 'ya29.token-1', server.serviceAccount()],
    garbage: 'LW_TARGET_ANSWER',
    oversized: 'delivered',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
}

async function withServer(
  make: Maker,
  body: (server: SecopsServer, sink: Sink) => Promise<void>,
  options: SecopsServerOptions = {},
): Promise<void> {
  const server = await SecopsServer.start(options);
  const sink = make(server);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

httpTargetContract('secops, Chronicle API', () => subject(chronicle, {}));
httpTargetContract('secops, Chronicle API that rejects repeats', () => subject(chronicle, { repeats: 'reject' }));
httpTargetContract('secops, SOAR API', () => subject(siemplify, {}));
httpTargetContract('secops, SOAR API that rejects repeats and answers nothing', () =>
  subject(siemplify, { repeats: 'reject', createAnswer: 'empty' }),
);

test('the Chronicle API gets every alert of a call in one request, field by field', async () => {
  await withServer(chronicle, async (server, sink) => {
    const documents = [alertDocument(1), alertDocument(2, { environment: 'Tokyo', priority: 80 })];
    await sink.send(documents, never);
    const creates = server.requests.filter(({ path }) => path.endsWith('/legacyCases:createCase'));
    assert.equal(creates.length, 1);
    const alert = documents[1]?.alert;
    const info = server.cases.get(documents[1]?.alertId ?? '')?.info;
    assert.equal(info?.ticketId, alert?.ticket_id);
    assert.equal(info?.environment, 'Tokyo');
    assert.equal(info?.startTime, String(alert?.start_time));
    assert.deepEqual(info?.alertMetadata, { priority: 80 });
    const [event] = alert?.events ?? [];
    assert.deepEqual(info?.events, [{ fields: { deviceEventClassId: 'Suspicious email' }, rawDataFields: event }]);
  });
});

test('the SOAR API gets the alert in its own words and gives the case id', async () => {
  await withServer(siemplify, async (server, sink) => {
    const document = alertDocument(1);
    assert.deepEqual(await sink.send([document], never), [{ status: 'delivered', reference: '4101' }]);
    const info = server.cases.get(document.alertId)?.info;
    assert.equal(info?.ticket_id, document.alert.ticket_id);
    assert.equal(info?.priority, 60);
    assert.deepEqual(info?.events, document.alert.events);
  });
});

for (const [api, make] of [
  ['Chronicle API', chronicle],
  ['SOAR API', siemplify],
] as const) {
  test(`the look-up over the ${api} is not taken in by a ticket id that merely contains ours`, async () => {
    await withServer(make, async (server, sink) => {
      await sink.send([alertDocument(1, { ticket_id: 'other-message-2@mail.example-copy' })], never);
      assert.equal(await sink.find?.(alertDocument(2), never), undefined);
      await sink.send([alertDocument(2)], never);
      assert.equal(await sink.find?.(alertDocument(2), never), '4102');
      assert.equal(server.caseCount, 2);
    });
  });

  test(`a look-up over the ${api} that answers no list is no answer`, async () => {
    await withServer(make, async (server, sink) => {
      for (const body of ['{}', '<html>', '', '[{"id":1}]']) {
        server.fault({ kind: 'status', status: 200, body, path: 'GetCasesByFilter' });
        await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
      }
    });
  });

  test(`an alert too long for the ${api} is trimmed, and the case says so`, async () => {
    await withServer(make, async (server, sink) => {
      const url = `https://long.example/${'a'.repeat(989)}`;
      const [event] = alertDocument(1).alert.events;
      const found_url = Array.from({ length: 9000 }, () => url).join(',');
      const document = alertDocument(1, { events: [{ ...event, found_url }] });
      const [result] = await sink.send([document], never);
      assert.ok(result?.status === 'delivered');
      assert.match(told(result), /of 9000 URLs kept \[LW_WARN_CUT\]/);
      assert.match(JSON.stringify(server.cases.get(document.alertId)?.info), /lurewatch_cut.*of 9000 URLs kept/);
    });
  });

  test(`an alert with more values than the ${api} makes entities of is trimmed, its texts are not`, async () => {
    await withServer(make, async (server, sink) => {
      const found_url = Array.from({ length: 900 }, (_, index) => `https://host-${index}.example/a`).join(',');
      const body_text = 'b'.repeat(5000);
      const [event] = alertDocument(1).alert.events;
      const document = alertDocument(1, { events: [{ ...event, found_url, body_text }] });
      const [result] = await sink.send([document], never);
      assert.ok(result?.status === 'delivered');
      assert.match(told(result), /of 900 URLs kept \[LW_WARN_CUT\]/);
      const sent = JSON.stringify(server.cases.get(document.alertId)?.info);
      const kept = sent.match(/https:\/\/host-/g)?.length ?? 0;
      assert.ok(kept > 400 && kept <= 500, `${kept} kept`);
      assert.ok(sent.includes(body_text));
    });
  });
}

test('check of either API tells a wrong key', async () => {
  await withServer(siemplify, async (server) => {
    const sink = siemplify(server, {}, 'not-the-key');
    await fails(sink.check(), 'LW_TARGET_AUTH').finally(() => sink.close());
  });
  await withServer(chronicle, async (server) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = server.serviceAccount({ private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
    const sink = chronicle(server, {}, other);
    const error = await fails(sink.check(), 'LW_TARGET_AUTH').finally(() => sink.close());
    assert.match(error.message, /invalid_grant/);
    assert.match(error.message, /targets\.cases\.credentials/);
  });
});

test('an instance that does not exist is told as an address to mend', async () => {
  await withServer(chronicle, async (server) => {
    const sink = chronicle(server, { instance: 'other' });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES').finally(() => sink.close());
  });
});

test('one token serves many calls at once and after each other', async () => {
  await withServer(chronicle, async (server, sink) => {
    await Promise.all([1, 2, 3, 4].map((number) => sink.send([alertDocument(number)], never)));
    await sink.send([alertDocument(5)], never);
    assert.equal(server.tokenCount, 1);
    assert.equal(server.caseCount, 5);
  });
});

test('a token about to expire is not used', async () => {
  await withServer(
    chronicle,
    async (server, sink) => {
      await sink.send([alertDocument(1)], never);
      await sink.send([alertDocument(2)], never);
      assert.equal(server.tokenCount, 2);
    },
    { tokenSeconds: 30 },
  );
});

test('a token revoked early costs one attempt, and nobody has to mend anything', async () => {
  await withServer(chronicle, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    server.revokeTokens();
    await fails(sink.send([alertDocument(2)], never), 'LW_TARGET_UNAVAILABLE');
    await sink.send([alertDocument(2)], never);
    assert.equal(server.caseCount, 2);
  });
});

test('trouble with the token endpoint never leaves an alert in doubt', async () => {
  const hasty: Maker = (server) => chronicle(server, { timeout: `${contractTimeout}ms` });
  await withServer(hasty, async (server, sink) => {
    const send = () => sink.send([alertDocument(1)], never);
    server.fault({ kind: 'delay', delayMs: 60_000, path: '/token' });
    await fails(send(), 'LW_TARGET_UNAVAILABLE');
    server.fault({ kind: 'cut-after-read', path: '/token' });
    await fails(send(), 'LW_TARGET_UNAVAILABLE');
    server.fault({ kind: 'status', status: 503, headers: { 'retry-after': '4' }, path: '/token' });
    assert.equal((await fails(send(), 'LW_TARGET_UNAVAILABLE')).retryAfterMs, 4000);
    server.fault({ kind: 'garbage', path: '/token' });
    await fails(send(), 'LW_TARGET_UNAVAILABLE');
    server.fault({ kind: 'status', status: 302, headers: { location: '/elsewhere' }, path: '/token' });
    await fails(send(), 'LW_TARGET_REFUSES');
    assert.equal(server.arrivals.size, 0);
    await send();
    assert.equal(server.caseCount, 1);
  });
});

test('a caller that gives up waiting for the token does not take it from the others', async () => {
  await withServer(chronicle, async (server, sink) => {
    server.fault({ kind: 'delay', delayMs: contractTimeout / 4, path: '/token' });
    const caller = new AbortController();
    const reason = new Error('the activity was cancelled');
    const first = sink.send([alertDocument(1)], caller.signal).catch((error: unknown) => error);
    const second = sink.send([alertDocument(2)], never);
    caller.abort(reason);
    assert.equal(await first, reason);
    assert.equal((await second)[0]?.status, 'delivered');
    assert.equal(server.tokenCount, 1);
  });
});

test('a key that is none is refused without being shown', async () => {
  await withServer(chronicle, async (server) => {
    for (const key of ['hush', '{"type":"service_account"}', server.serviceAccount({ private_key: 'hush' })]) {
      const error = await fails(
        Promise.resolve().then(() => chronicle(server, {}, key)),
        'LW_CONFIG_INVALID',
      );
      assert.equal(error.where, 'targets.cases.credentials');
      assert.doesNotMatch(error.message, /hush/);
    }
    const appKey = await fails(
      Promise.resolve().then(() => siemplify(server, {}, 'hush\nhush')),
      'LW_CONFIG_INVALID',
    );
    assert.doesNotMatch(appKey.message, /hush/);
  });
});

test('neither API is spoken to without TLS unless the configuration says so', async () => {
  await withServer(chronicle, async (server) => {
    for (const make of [chronicle, siemplify]) {
      const making = Promise.resolve().then(() => make(server, { insecure: false }));
      assert.equal((await fails(making, 'LW_CONFIG_INVALID')).where, 'targets.cases.url');
    }
  });
});

test('without a rate in the configuration the platform is spared', async () => {
  await withServer(siemplify, async (server) => {
    const sink = siemplify(server, { rate: undefined });
    try {
      await Promise.all([1, 2, 3, 4].map((number) => sink.send([alertDocument(number)], never)));
      const times = server.requests.map(({ atMs }) => atMs);
      const spread = Math.max(...times) - Math.min(...times);
      assert.ok(spread >= 150, `four requests within ${spread} ms`);
    } finally {
      await sink.close();
    }
  });
});
