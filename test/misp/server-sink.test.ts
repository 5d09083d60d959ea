import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import type { MispEvent } from '../../src/misp/types.js';
import { mispDocument, mispEventConfig, numberedAlertId } from '../support/misp-documents.js';
import { mispSinkFor, sendOne, startMisp } from '../support/misp-sink.js';
import { told } from '../support/warnings.js';

function eventOf(document: AlertDocument): MispEvent {
  assert.ok(document.mispEvent !== null);
  return document.mispEvent;
}

/** The same alert with other attributes than building an event would give it. */
function withEvent(document: AlertDocument, changes: Partial<MispEvent>): AlertDocument {
  return { ...document, mispEvent: { ...eventOf(document), ...changes } };
}

test('an event is stored with one request and its page is the reference', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  assert.deepEqual(await sendOne(sink, document), {
    status: 'delivered',
    reference: `${server.url}/events/view/1`,
  });
  const stored = server.events.get(eventOf(document).uuid);
  assert.equal(stored?.info, 'Suspicious email: Your parcel');
  assert.deepEqual(stored?.tags, ['tlp:amber', 'lurewatch:mailbox="soc"']);
  assert.deepEqual(
    stored?.attributes.map(({ uuid }) => uuid),
    eventOf(document).Attribute.map(({ uuid }) => uuid),
  );
  assert.equal(server.requests.length, 1);
});

test('the key travels without Bearer, and JSON is asked for and declared', async (context) => {
  const { server, sink } = await startMisp(context);
  await sendOne(sink, mispDocument());
  const headers = server.requests[0]?.headers;
  assert.equal(headers?.authorization, server.key);
  assert.equal(headers?.accept, 'application/json');
  assert.equal(headers?.['content-type'], 'application/json');
});

test('a path prefix of MISP is kept, in requests and references', async (context) => {
  const { server } = await startMisp(context);
  const sink = mispSinkFor(context, { url: `${server.url}/misp/`, key: server.key });
  const body = JSON.stringify({ Event: { id: '12', Attribute: [], Tag: [] } });
  server.fault({ match: '/misp/', kind: 'status', status: 200, body, times: 99 });
  const result = await sendOne(sink, mispDocument());
  assert.ok(result.status === 'delivered');
  assert.equal(result.reference, `${server.url}/misp/events/view/12`);
  assert.equal(server.requests[0]?.path, '/misp/events/add');
});

test('an alert without indicators is nothing for MISP', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument({ urls: [] });
  assert.equal(sink.wants(document), false);
  assert.equal(sink.wants(mispDocument()), true);
  assert.deepEqual(await sendOne(sink, document), { status: 'delivered', reference: '' });
  assert.equal(server.requests.length, 0);
});

test('sending again stores nothing again and gives the same reference', async (context) => {
  const { server, sink } = await startMisp(context);
  const first = await sendOne(sink, mispDocument());
  assert.deepEqual(await sendOne(sink, mispDocument()), first);
  assert.equal(server.events.size, 1);
});

test('an attribute that MISP drops silently is told, with the reason MISP gives', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  const [first, ...rest] = eventOf(document).Attribute;
  assert.ok(first !== undefined);
  const broken = withEvent(document, { Attribute: [{ ...first, value: 'nobody' }, ...rest] });
  const result = await sendOne(sink, broken);
  assert.equal(result.status, 'delivered');
  assert.ok(result.status === 'delivered');
  assert.equal(result.warnings?.length, 1);
  assert.match(told(result), /email-src nobody: value: Email address has an invalid format.*\[LW_WARN_DROPPED\]/);
  assert.equal(server.events.get(eventOf(document).uuid)?.attributes.length, rest.length);
});

test('each way in which MISP drops an attribute is noticed', async (context) => {
  const { sink } = await startMisp(context);
  const document = mispDocument({ fromAddresses: [], toAddresses: [], subject: null, messageId: null });
  const [url] = eventOf(document).Attribute;
  assert.ok(url !== undefined);
  const uuid = (last: string): string => url.uuid.slice(0, -2) + last;
  const broken = withEvent(document, {
    Attribute: [
      url,
      { ...url, uuid: uuid('01'), type: 'no-such-type' },
      { ...url, uuid: uuid('02'), category: 'Other' },
      { ...url, uuid: uuid('03'), value: ' ' },
      { ...url, uuid: uuid('04'), value: 'x'.repeat(65_536) },
      { ...url, uuid: 'not a uuid' },
      { ...url, uuid: uuid('05'), type: 'md5', category: 'Payload delivery', value: 'abc' },
    ],
  });
  const result = await sendOne(sink, broken);
  assert.ok(result.status === 'delivered');
  assert.equal(result.warnings?.length, 6);
});

test('a value that is in the event already under another UUID counts as fine', async (context) => {
  const { sink } = await startMisp(context);
  const document = mispDocument();
  const last = eventOf(document).Attribute.at(-1);
  assert.ok(last !== undefined);
  const repeated = { ...last, uuid: last.uuid.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) };
  const result = await sendOne(sink, withEvent(document, { Attribute: [...eventOf(document).Attribute, repeated] }));
  assert.equal(result.status, 'delivered');
  assert.equal('warnings' in result, false);
});

test('values that MISP normalises are no loss', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  const mixed = eventOf(document).Attribute.map((attribute) => ({ ...attribute, value: `  ${attribute.value} ` }));
  const result = await sendOne(sink, withEvent(document, { Attribute: mixed }));
  assert.equal('warnings' in result, false);
  assert.equal(server.events.get(eventOf(document).uuid)?.attributes[0]?.value, 'mallory@evil.example');
});

test('a plain user whose unknown tags MISP leaves out gets a warning for each', async (context) => {
  const { server, sink } = await startMisp(context, { role: { tagEditor: false } });
  server.knownTags.add('tlp:amber');
  const result = await sendOne(sink, mispDocument());
  assert.ok(result.status === 'delivered');
  assert.equal(result.warnings?.length, 1);
  assert.match(told(result), /tag lurewatch:mailbox="soc": Unknown tag.*\[LW_WARN_TAG_REFUSED\]/);
});

test('a tag that went missing is attached', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  await sendOne(sink, document);
  const stored = server.events.get(eventOf(document).uuid);
  stored?.tags.splice(0);
  stored?.tags.push('TLP:AMBER');
  assert.equal('warnings' in (await sendOne(sink, document)), false);
  assert.deepEqual(stored?.tags, ['TLP:AMBER', 'lurewatch:mailbox="soc"']);
});

test('an event that MISP stores unpublished against our wish is told', async (context) => {
  const { sink } = await startMisp(context);
  const result = await sendOne(sink, withEvent(mispDocument(), { published: true }));
  assert.ok(result.status === 'delivered');
  assert.match(told(result), /unpublished.*\[LW_WARN_UNPUBLISHED\]/);
});

test('a large event is added in pieces of 500 attributes', async (context) => {
  const { server, sink } = await startMisp(context);
  const urls = Array.from({ length: 1200 }, (_, index) => `https://evil.example/${index}`);
  const document = mispDocument({ urls });
  assert.equal('warnings' in (await sendOne(sink, document)), false);
  assert.equal(server.events.get(eventOf(document).uuid)?.attributes.length, 1204);
  assert.deepEqual(
    server.requests.map(({ path }) => path.replace(/[^/]*-.*/, '')),
    ['/events/add', '/attributes/add/', '/attributes/add/'],
  );
  assert.equal(server.load.most, 1, 'two requests wrote to one event at the same time');
});

test('pieces are halved until they pass a proxy that answers 413', async (context) => {
  const { server, sink } = await startMisp(context, { maxBodyBytes: 20_000 });
  const urls = Array.from({ length: 300 }, (_, index) => `https://evil.example/${index}`);
  const document = mispDocument({ urls });
  assert.equal('warnings' in (await sendOne(sink, document)), false);
  assert.equal(server.events.get(eventOf(document).uuid)?.attributes.length, 304);
});

for (const status of [502, 503, 504]) {
  test(`a piece that is answered ${status} is halved, stored or not`, async (context) => {
    const { server, sink } = await startMisp(context);
    server.fault({ match: '/attributes/add', kind: 'status', status });
    server.fault({ match: '/attributes/add', kind: 'store-then-status', status });
    const urls = Array.from({ length: 700 }, (_, index) => `https://evil.example/${index}`);
    const document = mispDocument({ urls });
    assert.equal('warnings' in (await sendOne(sink, document)), false);
    assert.equal(server.events.get(eventOf(document).uuid)?.attributes.length, 704);
  });
}

test('a single attribute above what a proxy takes is a warning, the others arrive', async (context) => {
  const { server, sink } = await startMisp(context, { maxBodyBytes: 5_000 });
  const document = mispDocument({ urls: ['https://a.example/', `https://evil.example/${'a'.repeat(6_000)}`] });
  const result = await sendOne(sink, document);
  assert.ok(result.status === 'delivered');
  assert.match(told(result), /413/);
  assert.equal(server.events.get(eventOf(document).uuid)?.attributes.length, 5);
});

test('an event on the blocklist is rejected for ever, and says so', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  await sendOne(sink, document);
  server.deleteEvent(eventOf(document).uuid);
  const blocked = { status: 'rejected', reason: 'Event blocked by event blocklist.' };
  assert.deepEqual(await sendOne(sink, document), blocked);
  server.setOrganisationBlocked(true);
  assert.deepEqual(await sendOne(sink, mispDocument({ alertId: numberedAlertId(1) })), {
    status: 'rejected',
    reason: 'Event blocked by organisation blocklist.',
  });
});

test('an event that MISP finds invalid is rejected with the field and the reason', async (context) => {
  const { sink } = await startMisp(context);
  const result = await sendOne(sink, withEvent(mispDocument(), { date: '1 March' }));
  assert.deepEqual(result, {
    status: 'rejected',
    reason: 'Could not add Event: Event.date: Expected date format: YYYY-MM-DD',
  });
  const empty = await sendOne(sink, withEvent(mispDocument(), { published: true, Attribute: [] }));
  assert.deepEqual(empty, { status: 'rejected', reason: 'Could not add Event: Event: Cannot publish an empty event.' });
});

test("another organisation's invisible event of this UUID counts as delivered, with a warning", async (context) => {
  const { server, sink } = await startMisp(context);
  const document = mispDocument();
  await sendOne(sink, document);
  const stored = server.events.get(eventOf(document).uuid);
  assert.ok(stored !== undefined);
  stored.visible = false;
  const result = await sendOne(sink, document);
  assert.ok(result.status === 'delivered');
  assert.equal(result.reference, `${server.url}/events/view/1`);
  assert.match(told(result), /may not see.*\[LW_WARN_HIDDEN\]/);
});

test('find answers the reference of what is there, and undefined of what is not', async (context) => {
  const { server, sink } = await startMisp(context);
  const { signal } = new AbortController();
  assert.equal(await sink.find?.(mispDocument(), signal), undefined);
  await sendOne(sink, mispDocument());
  assert.equal(await sink.find?.(mispDocument(), signal), `${server.url}/events/view/1`);
});

test('check names the version and the role, and warns of what gives up protection', async (context) => {
  const { server, sink } = await startMisp(context, {}, { verify: false });
  const findings = await sink.check();
  assert.match(findings[0] ?? '', /MISP 2\.5\.1 accepts the key/);
  assert.match(findings.join('\n'), /synchronise no/);
  assert.match(findings.join('\n'), /verify: false/);
  assert.match(findings.join('\n'), /unencrypted/);
  assert.deepEqual(
    server.requests.map(({ method, path }) => `${method} ${path}`),
    ['GET /servers/getVersion'],
  );
  assert.equal(server.events.size, 0);
});

test('an event for a sharing group names it', async (context) => {
  const { server, sink } = await startMisp(context);
  server.sharingGroups.add('7');
  const config = { ...mispEventConfig, distribution: 4, sharingGroup: 7 };
  assert.equal((await sendOne(sink, mispDocument({}, config))).status, 'delivered');
});
