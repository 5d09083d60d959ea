import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../src/config/secret.js';
import { HttpClient, httpDefaults } from '../../src/http/client.js';
import { MispClient } from '../../src/misp/client.js';
import { MispRevisionSink } from '../../src/misp/revision-sink.js';
import { MispTransport } from '../../src/misp/transport.js';
import { feedEvent, held, putBy, revision, sendRevision, signal, startFeedMisp } from '../support/misp-revisions.js';
import { failsWith } from '../support/misp-sink.js';
import { told } from '../support/warnings.js';

function leaks(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `https://leak.example/n/${index}`);
}

function limitedSink(
  context: TestContext,
  server: { readonly url: string; readonly key: string },
  maxResponseBytes: number,
): MispRevisionSink {
  const http = new HttpClient({ ...httpDefaults, baseUrl: server.url, maxResponseBytes });
  const client = new MispClient(new MispTransport(http, new Secret(server.key)));
  context.after(() => client.close());
  return new MispRevisionSink(client, { url: server.url, verify: true, sendTimeoutMs: 60_000 });
}

test('a new event of many attributes grows by requests that are not answered with all of it', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const many = feedEvent({ urls: leaks(1_999), posts: ['https://a.example/'] });
  const result = await sendRevision(sink, revision(many));
  assert.deepEqual([result.action, result.warnings], ['created', undefined]);
  assert.equal(held(server, many).attributes.length, 2_000);
  assert.equal(held(server, many).objects.length, 1);
  const count = (part: string) => server.requests.filter(({ path }) => path.startsWith(part)).length;
  assert.deepEqual([count('/events/add'), count('/attributes/add/'), count('/events/edit/')], [1, 4, 0]);
  assert.equal((await sendRevision(sink, revision(many, { known: true }))).action, 'unchanged');
});

test('what an attempt that broke down has appended counts, and the next appends the rest', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const many = feedEvent({ urls: leaks(2_999) });
  server.fault({ match: '/attributes/add', kind: 'slow', delayMs: 1 });
  server.fault({ match: '/attributes/add', kind: 'cut-before-store' });
  await failsWith(sendRevision(sink, revision(many)), 'LW_MISP_AMBIGUOUS');
  assert.equal(held(server, many).attributes.length, 1_000);
  const again = await sendRevision(sink, revision(many));
  assert.deepEqual([again.action, again.warnings], ['updated', undefined]);
  assert.equal(held(server, many).attributes.length, 3_000);
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/events/edit')).length, 0);
});

test('of many attributes each one that MISP drops is told with its reason', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const many = feedEvent({ urls: leaks(1_200) });
  const bad = many.Attribute.map((each, index) =>
    index === 900 ? { ...each, type: 'ip-dst', category: 'Network activity', value: 'nowhere' } : each,
  );
  const result = await sendRevision(sink, revision({ ...many, Attribute: bad }));
  assert.equal(told(result), 'MISP dropped ip-dst nowhere: value: IP address has an invalid format. [LW_WARN_DROPPED]');
  assert.equal(held(server, many).attributes.length, 1_200);
});

test('a published event gets many attributes by edits, and stays published', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  const few = feedEvent();
  await sendRevision(sink, revision(few));
  held(server, few).published = true;
  await sendRevision(sink, revision(feedEvent({ urls: leaks(700) }), { known: true }));
  assert.equal(held(server, few).published, true);
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/attributes/add')).length, 0);
});

test('an event that MISP shows at too great length is a rejected row, not a MISP that is down', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const many = feedEvent({ urls: leaks(400) });
  await sendRevision(sink, revision(many));
  const limited = limitedSink(context, server, 50_000);
  const changed = feedEvent({ info: 'changed', urls: leaks(400) });
  for (const sent of [
    revision(changed, { before: putBy(many) }),
    revision(changed),
    revision(changed, { known: true }),
  ]) {
    const [result] = await limited.send([sent], signal);
    assert.ok(result?.status === 'rejected', JSON.stringify(result));
    assert.match(result.reason, /larger than 48 KiB.*groupBy/);
  }
  const preview = await limited.preview(revision(changed, { before: putBy(many) }), signal);
  assert.match(preview.changes.join(), /^rejected: .*groupBy/);
  assert.equal((await limited.tag(many.uuid, 'gone', signal)).kind, 'refused');
  const other = feedEvent({ key: 'other' });
  assert.equal((await limited.send([revision(other)], signal))[0]?.status, 'delivered');
});

test('more than 50,000 attributes are refused before anything is sent', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const [result] = await sink.send([revision(feedEvent({ urls: leaks(50_000) }))], signal);
  assert.ok(result?.status === 'rejected');
  assert.match(result.reason, /50001 attributes are too many.*groupBy/);
  assert.equal(server.requests.length, 0);
});
