import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import type { MispAttribute, MispEvent } from '../../src/misp/types.js';
import { mispDocument, mispEventConfig } from '../support/misp-documents.js';
import { failsWith, mispSinkFor, sendOne, startMisp } from '../support/misp-sink.js';
import { told } from '../support/warnings.js';

function eventOf(document: AlertDocument): MispEvent {
  assert.ok(document.mispEvent !== null);
  return document.mispEvent;
}

/** The second attribute gets a comment that MISP answers 500 to, when the first is stored already. */
function withPoison(document: AlertDocument): AlertDocument {
  const poison = (attribute: MispAttribute, index: number) =>
    index === 1 ? { ...attribute, comment: '😀' } : attribute;
  const event = eventOf(document);
  return { ...document, mispEvent: { ...event, Attribute: event.Attribute.map(poison) } };
}

test('a wrong key is LW_MISP_AUTH, and stands in no error', async (context) => {
  const { server } = await startMisp(context);
  const key = 'k'.repeat(40);
  const sink = mispSinkFor(context, { url: server.url, key });
  const error = await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AUTH', key);
  assert.match(error.message, /Authentication failed/);
  await failsWith(sink.check(), 'LW_MISP_AUTH', key);
});

test('a role that may not add is LW_MISP_AUTH, not a rejected event', async (context) => {
  const { sink } = await startMisp(context, { role: { add: false } });
  const error = await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AUTH');
  assert.match(error.message, /do not have permission/);
});

test('a redirect is LW_MISP_REFUSES and is never followed', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'redirect' });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_REFUSES');
  assert.equal(server.requests.length, 1);
});

test('maintenance mode is LW_MISP_REFUSES, and nothing is lost once it is over', async (context) => {
  const { server, sink } = await startMisp(context);
  server.setMaintenance(true);
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_REFUSES');
  server.setMaintenance(false);
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
});

test('a login page instead of JSON is LW_MISP_REFUSES', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/', kind: 'html', times: 2 });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_REFUSES');
  await failsWith(sink.check(), 'LW_MISP_REFUSES');
});

test("a web server's own 403 page is no wrong key", async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'status', status: 403, body: '<html>blocked by WAF</html>' });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_REFUSES');
});

test('405 points at the sharing group', async (context) => {
  const { sink } = await startMisp(context);
  const config = { ...mispEventConfig, distribution: 4, sharingGroup: 99 };
  const error = await failsWith(sendOne(sink, mispDocument({}, config)), 'LW_MISP_REFUSES');
  assert.match(error.message, /misp\.sharingGroup/);
});

test('429 waits as long as X-Rate-Limit-Reset says', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'status', status: 429 });
  const error = await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_UNAVAILABLE');
  assert.equal(error.retryAfterMs, 42_000);
});

test('429 once the event is stored is no longer "not carried out"', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/attributes/add', kind: 'status', status: 429 });
  const urls = Array.from({ length: 600 }, (_, index) => `https://evil.example/${index}`);
  const error = await failsWith(sendOne(sink, mispDocument({ urls })), 'LW_MISP_AMBIGUOUS');
  assert.equal(error.retryAfterMs, 42_000);
  await sendOne(sink, mispDocument({ urls }));
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 604);
});

test('a MISP that is down is LW_MISP_UNAVAILABLE, and the event arrives when it is up', async (context) => {
  const { server, sink } = await startMisp(context);
  await server.down();
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_UNAVAILABLE');
  await failsWith(sink.check(), 'LW_MISP_UNAVAILABLE');
  await server.up();
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
});

test('a connection cut after the event was stored is looked up, and delivered', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'cut-after-store' });
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ['POST', 'GET'],
  );
  assert.equal(server.events.size, 1);
});

test('a connection cut before the event was stored is ambiguous, and the next send stores it once', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'cut-before-store' });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  assert.equal(server.events.size, 1);
});

test('a cut after storing, with MISP unreachable for the look-up, stays ambiguous', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'cut-after-store' });
  server.fault({ match: '/events/view', kind: 'cut-before-store' });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  assert.equal(server.events.size, 1);
});

for (const status of [500, 502, 503, 504]) {
  test(`${status} after the event was stored is looked up, and delivered`, async (context) => {
    const { server, sink } = await startMisp(context);
    server.fault({ match: '/events/add', kind: 'store-then-status', status });
    assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
    assert.equal(server.events.size, 1);
  });

  test(`${status} with nothing stored is ambiguous`, async (context) => {
    const { server, sink } = await startMisp(context);
    server.fault({ match: '/events/add', kind: 'status', status });
    await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
    assert.equal(server.events.size, 0);
  });
}

test('an answer that takes too long is looked up: stored meanwhile, it is delivered', async (context) => {
  const { server, sink } = await startMisp(context, {}, { timeout: '300ms' });
  server.fault({ match: '/events/view', kind: 'slow', delayMs: 50 });
  server.fault({ match: '/events/add', kind: 'cut-after-store', delayMs: 100 });
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
});

test('an answer that never comes is ambiguous', async (context) => {
  const { server, sink } = await startMisp(context, {}, { timeout: '100ms' });
  server.fault({ match: '/events/add', kind: 'slow', delayMs: 2_000 });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
});

test('half an event after a 500 is completed in the same send', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'partial', attributes: 2 });
  const result = await sendOne(sink, mispDocument());
  assert.equal(result.status, 'delivered');
  assert.equal('warnings' in result, false);
  const stored = server.events.get(eventOf(mispDocument()).uuid);
  assert.equal(stored?.attributes.length, 5);
  assert.deepEqual(stored?.tags, ['tlp:amber', 'lurewatch:mailbox="soc"']);
});

test('half an event that looks like a clean duplicate to the next send is completed', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'partial', attributes: 2 });
  server.fault({ match: '/events/view', kind: 'status', status: 502 });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 2);
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 5);
});

test('an attribute that MISP answers 500 to is isolated and told, all others arrive', async (context) => {
  const { server, sink } = await startMisp(context);
  const result = await sendOne(sink, withPoison(mispDocument()));
  assert.ok(result.status === 'delivered');
  assert.equal(result.warnings?.length, 1);
  assert.match(told(result), /email-dst victim@corp\.example: MISP answers 500.*\[LW_WARN_DROPPED\]/);
  assert.deepEqual(
    server.events.get(eventOf(mispDocument()).uuid)?.attributes.map(({ type }) => type),
    ['email-src', 'email-subject', 'email-message-id', 'url'],
  );
});

test('a database that fails for a moment loses no attribute', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'partial', attributes: 4 });
  server.fault({ match: '/attributes/add', kind: 'status', status: 500 });
  assert.equal('warnings' in (await sendOne(sink, mispDocument())), false);
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 5);
});

test('a MISP that breaks while an event is completed is ambiguous, never a warning', async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'partial', attributes: 4 });
  server.fault({ match: '/attributes/add', kind: 'status', status: 500, times: 2 });
  // The first view is the look-up after events/add, the second the one after the refusals.
  server.fault({ match: '/events/view', kind: 'slow', delayMs: 1 });
  server.fault({ match: '/events/view', kind: 'status', status: 500 });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
  assert.equal('warnings' in (await sendOne(sink, mispDocument())), false);
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 5);
});

test('eight simultaneous sends of one alert store it once, whatever MISP answers the losers', async (context) => {
  const { server, sink } = await startMisp(context, {}, { concurrency: 8 });
  const sends = await Promise.allSettled(Array.from({ length: 8 }, () => sendOne(sink, mispDocument())));
  const outcomes = sends.map((each) => (each.status === 'fulfilled' ? each.value.status : String(each.reason)));
  assert.ok(outcomes.includes('delivered'));
  for (const outcome of outcomes) assert.match(outcome, /^delivered$|LW_MISP_AMBIGUOUS/);
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  assert.equal(server.events.size, 1);
  assert.equal(server.events.get(eventOf(mispDocument()).uuid)?.attributes.length, 5);
});

test('a UUID that is "not unique" is looked up, not rejected', async (context) => {
  const { server, sink } = await startMisp(context);
  await sendOne(sink, mispDocument());
  const body = JSON.stringify({ saved: false, errors: { Event: { uuid: ['The UUID provided is not unique'] } } });
  server.fault({ match: '/events/add', kind: 'status', status: 403, body });
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
  server.events.clear();
  server.fault({ match: '/events/add', kind: 'status', status: 403, body });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AMBIGUOUS');
});

test('a key that an answer echoes does not travel on', async (context) => {
  const { server, sink } = await startMisp(context);
  const body = JSON.stringify({ name: `Authentication failed for ${server.key}`, message: `bad ${server.key}` });
  server.fault({ match: '/events/add', kind: 'status', status: 403, body });
  await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_AUTH', server.key);
});

test("the caller's own cancellation passes as it is", async (context) => {
  const { server, sink } = await startMisp(context);
  server.fault({ match: '/events/add', kind: 'slow', delayMs: 1_000 });
  const cancel = new AbortController();
  const sending = sink.send([mispDocument()], cancel.signal);
  const reason = new Error('the activity was cancelled');
  cancel.abort(reason);
  await assert.rejects(sending, reason);
});
