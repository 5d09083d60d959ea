import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { HttpCaseServer, type HttpCaseServerOptions } from '../support/http-case-server.js';
import { httpTarget, lookup, withServer } from '../support/http-target.js';
import { alertDocument, withComma } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { told } from '../support/warnings.js';
import { contractTimeout, fails, type HttpContractSubject, httpTargetContract } from './contract.js';

const never = new AbortController().signal;
type Changes = Readonly<Record<string, unknown>>;

/** New cases have a path of their own, so that faults spoil those and no look-up. */
async function subject(changes: Changes, options: HttpCaseServerOptions): Promise<HttpContractSubject> {
  const server = await HttpCaseServer.start(options);
  const usual = { url: `${server.url}/api/cases/new`, timeout: `${contractTimeout}ms` };
  const sink = httpTarget(server, { ...usual, ...changes });
  return {
    sink,
    server,
    createPath: '/api/cases/new',
    secrets: [server.token],
    garbage: 'LW_TARGET_ANSWER',
    oversized: 'delivered',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
}

httpTargetContract('http whose other side recognises the Idempotency-Key', () =>
  subject({ repeats: 'server' }, { dedupe: true }),
);
httpTargetContract('http with a look-up, whose other side recognises nothing', () => subject({ lookup }, {}));

const hostile = 'He said "}],\\ \n{alert_id}" & Set-Cookie: a=b; ü 😀 /../?x=1#y';

test('without a body the whole alert is sent, under its id', async () => {
  await withServer({}, async (server, sink) => {
    const document = alertDocument(1);
    assert.deepEqual(await sink.send([document], never), [{ status: 'delivered', reference: 'INC1001' }]);
    const [request] = server.requests;
    assert.deepEqual(JSON.parse(request?.body ?? ''), document.alert);
    assert.equal(request?.headers['idempotency-key'], document.alertId);
    assert.equal(request?.headers['content-type'], 'application/json');
  });
});

test('values stay in their place in a structure, whatever they hold', async () => {
  const body = {
    short_description: '[mail] {Subject}',
    '{Subject}': 'keys stay as they are',
    nested: [{ urls: '{found_url|split:,}', all: '{alert}', none: '{found_cve|split:,}' }, 7, null, true],
    urgency: '{priority|map:100=1,80=2,60=3|number}',
    impact: '{environment|number}',
    braces: '{{not a field}}',
  };
  await withServer({ body }, async (server, sink) => {
    const [event] = alertDocument(1).alert.events;
    const document = withComma(alertDocument(1, { events: [{ ...event, Subject: hostile }] }));
    await sink.send([document], never);
    assert.equal(document.urls[1], 'https://cdn.example/a,b.js');
    assert.deepEqual(JSON.parse(server.requests[0]?.body ?? ''), {
      short_description: `[mail] ${hostile}`,
      '{Subject}': 'keys stay as they are',
      nested: [{ urls: document.urls, all: document.alert, none: [] }, 7, null, true],
      urgency: 3,
      impact: null,
      braces: '{not a field}',
    });
  });
});

test('values cannot leave their place in a URL or a header either', async () => {
  const changes = { method: 'PUT', headers: { 'X-Subject': 'S: {Subject}', Authorization: { env: 'TOKEN' } } };
  await withServer({}, async (server) => {
    const url = `${server.url}/api/cases/{alert_id}?s={Subject}&none={found_cve|or:no thing}&d={environment}`;
    const sink = makeTarget(
      { kind: 'http', url, insecure: true, ...changes, timeout: '10s' },
      { TOKEN: `Bearer ${server.token}` },
    );
    const [event] = alertDocument(1).alert.events;
    const document = alertDocument(1, { environment: '..', events: [{ ...event, Subject: hostile }] });
    const [result] = await sink.send([document], never).finally(() => sink.close());
    assert.equal(result?.status, 'delivered');
    const [request] = server.requests;
    const [path, query] = (request?.path ?? '').split('?');
    assert.equal(path, `/api/cases/${document.alertId}`);
    assert.deepEqual(
      [...new URLSearchParams(query)],
      [
        ['s', hostile],
        ['none', 'no thing'],
        ['d', '_'],
      ],
    );
    const header = String(request?.headers['x-subject']);
    assert.match(header, /^S: He said "\}\],\\ {2}\{alert_id\}" & Set-Cookie: a=b; %C3%BC %F0%9F%98%80/);
    assert.equal(request?.headers['set-cookie'], undefined);
  });
});

test('a form and a text are sent as such', async () => {
  await withServer({ bodyType: 'form', body: { title: '{Subject}', fixed: 'a b', n: 1 } }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    const [request] = server.requests;
    assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
    const form = Object.fromEntries(new URLSearchParams(request?.body));
    assert.deepEqual(form, { title: 'Your account 1 – locked', fixed: 'a b', n: '1' });
  });
  await withServer({ bodyType: 'form', body: { eml: '{original}', n: '{Subject|number}' } }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(server.requests[0]?.body, 'eml=&n=');
  });
  await withServer({ bodyType: 'text', body: 'Mail {alert_id}: {Subject}' }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(server.requests[0]?.body, `Mail ${alertDocument(1).alertId}: Your account 1 – locked`);
  });
});

test('user name and password travel as HTTP Basic, and no message shows them', async () => {
  const changes = { headers: {}, basic: { username: 'bot', password: { env: 'TOKEN' } } };
  await withServer(changes, async (server, sink) => {
    const basicText = Buffer.from(`bot:${server.token}`).toString('base64');
    server.fault({ kind: 'status', status: 422, body: `you sent ${basicText}, ${server.token}` });
    const [result] = await sink.send([alertDocument(1)], never);
    assert.equal(server.requests[0]?.headers.authorization, `Basic ${basicText}`);
    assert.ok(result?.status === 'rejected');
    assert.match(result.reason, /you sent \[secret\], \[secret\]/);
  });
});

test('a secret of the URL stands in no message', async () => {
  await withServer({}, async (server) => {
    const url = `${server.url}/api/cases/{secret}`;
    const config = { kind: 'http', url, secret: { env: 'S' }, insecure: true, timeout: '10s' };
    const sink = makeTarget(config, { S: 'path/secret 7'.replace(' ', '-') });
    server.fault({ kind: 'status', status: 404, body: 'no page /api/cases/path%2Fsecret-7' });
    const gone = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES');
    assert.equal(server.requests[0]?.path, '/api/cases/path%2Fsecret-7');
    const headers = { location: '/api/cases/path%2Fsecret-7/' };
    server.fault({ kind: 'status', status: 301, headers });
    const moved = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES').finally(() => sink.close());
    for (const { message } of [gone, moved]) assert.doesNotMatch(message, /secret-7/);
  });
});

test('a secret of the URL stands in no reference either, in whatever form it is echoed', async () => {
  await withServer({}, async (server) => {
    const config = { kind: 'http', url: `${server.url}/api/cases/{secret}`, insecure: true, timeout: '10s' };
    const sink = makeTarget({ ...config, secret: { env: 'S' } }, { S: 'hush!(it/is)' });
    try {
      for (const echo of ['hush!(it/is)', 'hush%21%28it%2Fis%29', 'hush!(it%2Fis)', 'hush!(it\\/is)']) {
        server.fault({ kind: 'status', status: 201, headers: { location: `/api/cases/${echo}/7` } });
        const sent = await sink.send([alertDocument(1)], never);
        assert.deepEqual(sent, [{ status: 'delivered', reference: '/api/cases/[secret]/7' }]);
        server.fault({ kind: 'status', status: 422, body: `{"id":"${echo}"}` });
        const [refused] = await sink.send([alertDocument(1)], never);
        assert.doesNotMatch(JSON.stringify(refused), /hush/);
      }
      assert.equal(server.requests[0]?.path, '/api/cases/hush%21%28it%2Fis%29');
      server.fault({ kind: 'status', status: 201, body: '{"id":"hush!(it/is)"}' });
      const byId = await sink.send([alertDocument(1)], never);
      assert.deepEqual(byId, [{ status: 'delivered', reference: '[secret]' }]);
    } finally {
      await sink.close();
    }
  });
});

test('a secret that is part of another one leaves nothing of it standing', async () => {
  await withServer({}, async (server) => {
    const headers = { 'X-Short': { env: 'SHORT' }, 'X-Long': { env: 'LONG' } };
    const config = { kind: 'http', url: `${server.url}/api/cases`, insecure: true, headers, timeout: '10s' };
    const sink = makeTarget(config, { SHORT: 'key-4711', LONG: 'key-4711-of-the-other' });
    server.fault({ kind: 'status', status: 422, body: 'no key-4711-of-the-other' });
    const [refused] = await sink.send([alertDocument(1)], never).finally(() => sink.close());
    assert.match(refused?.status === 'rejected' ? refused.reason : '', /\(no \[secret\]\)$/);
  });
});

test('statuses mean what the configuration says, and a 4xx to be retried leaves nothing in doubt', async () => {
  const changes = { duplicate: [208], retry: [423, 599], reject: [404] };
  await withServer(changes, async (server, sink) => {
    const answers = (status: number, body = '') => server.fault({ kind: 'status', status, body });
    answers(208, '{"result":{"number":"INC7"}}');
    assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: 'INC7' }]);
    answers(423);
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
    answers(599);
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    answers(404, 'no such project');
    const [rejected] = await sink.send([alertDocument(1)], never);
    assert.match(rejected?.status === 'rejected' ? rejected.reason : '', /404 \(no such project\)/);
    // No longer one of `duplicate`.
    answers(409);
    assert.equal((await sink.send([alertDocument(1)], never))[0]?.status, 'rejected');
  });
});

test('an `id` that is wrong makes no case at each attempt, where nothing over there would notice', () =>
  withServer({ repeats: 'none', id: 'result.sys_id' }, async (server, sink) => {
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'delivered');
    assert.deepEqual(
      result.warnings?.map(({ code }) => code),
      ['LW_WARN_CASE_ID'],
    );
    assert.match(result.warnings?.[0]?.reason ?? '', /nothing at `result\.sys_id` in it/);
    assert.equal(server.caseCount, 1);
    // What is no JSON is not the target's own answer.
    server.fault({ kind: 'status', status: 200, body: '<html>Log in</html>' });
    await assert.rejects(sink.send([alertDocument(2)], never), { code: 'LW_TARGET_ANSWER' });
  }));

test('an answer that has begun with a 2xx is one, though its body is too large, broken off or slow', () =>
  withServer({ timeout: '300ms' }, async (server, sink) => {
    const deliver = async (number: number) => {
      const [result] = await sink.send([alertDocument(number)], never);
      assert.ok(result?.status === 'delivered');
      assert.equal(result.reference, '');
      assert.match(told(result), /did not come whole \(.*\) \[LW_WARN_CASE_ID\]$/);
    };
    server.fault({ kind: 'oversized' });
    await deliver(1);
    server.fault({ kind: 'broken-answer' });
    await deliver(2);
    server.fault({ kind: 'broken-answer', delayMs: 60_000 });
    await deliver(3);
    assert.equal(server.caseCount, 3);
    // A status that refuses does so in any length, and a page is nobody's answer.
    server.fault({ kind: 'status', status: 422, body: 'x'.repeat(1024 * 1024 + 1) });
    assert.equal((await sink.send([alertDocument(4)], never))[0]?.status, 'rejected');
    server.fault({ kind: 'status', status: 200, body: `<html>${'x'.repeat(1024 * 1024)}` });
    await fails(sink.send([alertDocument(4)], never), 'LW_TARGET_ANSWER');
  }));

test('an alert above `maxBytes` is trimmed, as the body of the configuration counts', async () => {
  const body = { title: '{Subject}', urls: '{found_url|split:,}', note: '{lurewatch_cut}' };
  await withServer({ body, maxBytes: 4096 }, async (server, sink) => {
    const [event] = alertDocument(1).alert.events;
    const found_url = Array.from({ length: 500 }, (_, index) => `https://long.example/${index}`).join(',');
    const [result] = await sink.send([alertDocument(1, { events: [{ ...event, found_url }] })], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /of 500 URLs kept/);
    const sent = server.requests[0]?.body ?? '';
    assert.ok(Buffer.byteLength(sent) <= 4096 && Buffer.byteLength(sent) > 3500);
    assert.match(sent, /"note":"Cut to fit the target: found_url: \d+ of 500 URLs kept"/);
  });
});

test('the mail itself goes along where the body has a place for it and the request has room', async () => {
  const server = await HttpCaseServer.start();
  const tooLarge =
    'the mail itself did not go with the alert: it is larger than the `maxBytes` of the target [LW_WARN_ORIGINAL]';
  const mail = Buffer.from('Subject: hi\r\n\r\n\xff', 'latin1');
  const config = {
    kind: 'http',
    url: `${server.url}/api/cases`,
    insecure: true,
    headers: { Authorization: { env: 'TOKEN' } },
    body: { title: '{Subject}', eml: '{original}' },
    maxBytes: 4096,
  };
  const secrets = { TOKEN: `Bearer ${server.token}` };
  try {
    for (const [bytes, wanted, expected, warning] of [
      [mail, true, mail.toString('base64'), ''],
      [mail, false, null, ''],
      [Buffer.alloc(3500), true, null, tooLarge],
      [Buffer.alloc(50_000), true, null, tooLarge],
    ] as const) {
      const sink = makeTarget(config, secrets, '/nowhere', async () => Readable.from([bytes]));
      const document = { ...alertDocument(1), evidence: createHash('sha256').update(bytes).digest('hex') };
      const sent = wanted ? { ...document, attachOriginal: true as const } : document;
      const [result] = await sink.send([sent], never).finally(() => sink.close());
      assert.ok(result?.status === 'delivered');
      assert.equal(told(result), warning);
      const body = JSON.parse(server.requests.at(-1)?.body ?? '');
      assert.deepEqual(body, { title: 'Your account 1 – locked', eml: expected });
    }
  } finally {
    await server.close();
  }
});

test('a mail that turns out to be damaged at its last byte stays behind, and the alert does not', async () => {
  const server = await HttpCaseServer.start();
  const damaged = async () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('Subject: hi');
        throw new LurewatchError('LW_STORE_CORRUPT', 'its bytes do not have the SHA-256 that it is named by');
      })(),
    );
  const headers = { Authorization: { env: 'TOKEN' } };
  const config = { kind: 'http', url: `${server.url}/api/cases`, insecure: true, headers, body: { eml: '{original}' } };
  const sink = makeTarget(config, { TOKEN: `Bearer ${server.token}` }, '/nowhere', damaged);
  try {
    const [result] = await sink.send([{ ...alertDocument(1), attachOriginal: true }], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /it is damaged in the store \[LW_WARN_ORIGINAL\]/);
    assert.equal(server.requests[0]?.body, '{"eml":null}');
  } finally {
    await sink.close();
    await server.close();
  }
});

test('a secret that a header cannot carry is refused, and not shown', async () => {
  for (const secret of ['hush\nhush', '', 'hüsh']) {
    const config = { kind: 'http', url: 'https://x.example/', headers: { Authorization: { env: 'T' } } };
    const making = Promise.resolve().then(() => makeTarget(config, { T: secret }));
    const error = await fails(making, 'LW_CONFIG_INVALID');
    assert.equal(error.where, 'targets.cases.headers.Authorization');
    assert.doesNotMatch(error.message, /h[uü]sh/);
  }
});
