import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { httpTarget, lookup, withServer } from '../support/http-target.js';
import { alertDocument } from '../support/soar-documents.js';
import { fails } from './contract.js';

const never = new AbortController().signal;

test('a conflict is believed only where the look-up shows the alert', async () => {
  await withServer({ lookup: { ...lookup, first: false } }, async (server, sink) => {
    server.fault({ kind: 'status', status: 409, body: 'this project is locked' });
    const unclear = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    assert.match(unclear.message, /answered 409 \(this project is locked\).* take it out of `duplicate`/);
    await sink.send([alertDocument(1)], never);
    server.fault({ kind: 'status', status: 409 });
    const again = await sink.send([alertDocument(1)], never);
    assert.deepEqual(again, [{ status: 'delivered', reference: 'INC1001' }]);
    assert.equal(server.caseCount, 1);
  });
});

test('a look-up is taken in neither by what only looks alike nor by a filter that is passed over', async () => {
  for (const path of ['/api/cases?id={alert_id|first:5}', '/api/cases?unknown={alert_id}']) {
    await withServer({ lookup: { ...lookup, path, first: false } }, async (_server, sink) => {
      await sink.send([alertDocument(1)], never);
      assert.equal(await sink.find?.(alertDocument(2), never), undefined);
      await sink.send([alertDocument(2)], never);
      assert.equal(await sink.find?.(alertDocument(2), never), 'INC1002');
    });
  }
});

test('the record of another alert is no answer, where there is no list either', async () => {
  const one = { path: '/api/cases/{alert_id}', absent: [404], id: 'result.number' };
  const match = { 'result.correlation_id': '{alert_id}' };
  await withServer({ lookup: { ...one, match } }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(await sink.find?.(alertDocument(1), never), 'INC1001');
    const body = JSON.stringify({ result: { number: 'INC1001', correlation_id: alertDocument(1).alertId } });
    server.fault({ kind: 'status', status: 200, body });
    await fails(Promise.resolve(sink.find?.(alertDocument(2), never)), 'LW_TARGET_ANSWER');
  });
});

test('check refuses a look-up that finds what is not there', async () => {
  const everything = { path: '/api/cases?unknown={alert_id}', absent: [404], id: 'result.0.number' };
  await withServer({ lookup: { ...everything, first: false } }, async (_server, sink) => {
    await sink.send([alertDocument(1)], never);
    const error = await fails(sink.check(), 'LW_TARGET_REFUSES');
    assert.equal(error.where, 'targets.cases.lookup');
    assert.match(error.message, /finds `INC1001` for an alert that there is not/);
  });
});

test('nothing is sent where others may have taken the alert over during the look-up', async () => {
  await withServer({ lookup }, async (server, sink) => {
    const asked: number[] = [];
    const sending = sink.send([alertDocument(1)], never, async () => {
      asked.push(server.requests.length);
      throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'it stood still');
    });
    await fails(sending, 'LW_TARGET_AMBIGUOUS');
    assert.deepEqual(asked, [1]);
    assert.equal(server.caseCount, 0);
  });
});

test('what a look-up or an answer calls the case shows no secret', async () => {
  await withServer({ lookup }, async (server, sink) => {
    const told = { correlation_id: alertDocument(1).alertId, number: `INC-${server.token}` };
    server.fault({ kind: 'status', status: 200, body: JSON.stringify({ result: [told] }) });
    assert.equal(await sink.find?.(alertDocument(1), never), 'INC-[secret]');
    server.fault({ kind: 'status', status: 201, body: JSON.stringify({ result: told }), path: /cases$/ });
    assert.deepEqual(await sink.send([alertDocument(2)], never), [{ status: 'delivered', reference: 'INC-[secret]' }]);
  });
});

test('a list in a record holds the alert too', async () => {
  const byLabel = { ...lookup, match: { labels: 'lurewatch-{alert_id}' } };
  await withServer({ lookup: byLabel }, async (_server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(await sink.find?.(alertDocument(1), never), 'INC1001');
    assert.equal(await sink.find?.(alertDocument(2), never), undefined);
  });
});

test('one record is looked up by its own path, and none is what `absent` says', async () => {
  const one = { path: '/api/cases/{alert_id}', absent: [404], id: 'result.number' };
  await withServer({ lookup: one }, async (server, sink) => {
    assert.equal(await sink.find?.(alertDocument(1), never), undefined);
    await sink.send([alertDocument(1)], never);
    assert.equal(await sink.find?.(alertDocument(1), never), 'INC1001');
    server.fault({ kind: 'status', status: 200, body: '{"error":"try again"}' });
    await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
  });
});

test('what is no list is no answer to a look-up', async () => {
  await withServer({ lookup }, async (server, sink) => {
    for (const body of ['{}', '<html>', '', '{"result":{"number":1}}']) {
      server.fault({ kind: 'status', status: 200, body });
      await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
    }
    server.fault({ kind: 'status', status: 404 });
    await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_REFUSES');
  });
});

test('a look-up that fails before the first attempt leaves nothing in doubt', async () => {
  await withServer({ lookup }, async (server, sink) => {
    server.fault({ kind: 'status', status: 503, headers: { 'retry-after': '4' } });
    const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
    assert.equal(error.retryAfterMs, 4000);
    assert.equal(server.caseCount, 0);
  });
});

test('without a look-up and without a promise it says that an alert may arrive twice', async () => {
  await withServer({}, async (server, sink) => {
    assert.equal(sink.repeats, 'none');
    assert.equal(sink.find, undefined);
    assert.match((await sink.check()).join('\n'), /repeats: none .*may arrive twice/);
    assert.deepEqual(
      server.requests.map(({ method, path }) => `${method} ${path}`),
      ['HEAD /'],
    );
  });
});

test('check asks what it is told to ask, and tells a wrong token', async () => {
  const check = { path: '/api/me', status: [200] };
  await withServer({ check, lookup }, async (server, sink) => {
    const lines = await sink.check();
    assert.ok(lines.includes('the credentials are accepted') && lines.includes('alerts can be looked up'));
    assert.ok(server.requests.every(({ method }) => method === 'GET'));
    server.fault({ kind: 'status', status: 204, path: '/api/me' });
    await fails(sink.check(), 'LW_TARGET_REFUSES');
    const other = httpTarget(server, { check, headers: { Authorization: 'Bearer wrong' } });
    await fails(other.check(), 'LW_TARGET_AUTH').finally(() => other.close());
    assert.equal(server.caseCount, 0);
  });
});
