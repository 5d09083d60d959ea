import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  feedEvent,
  held,
  putBy,
  revision,
  revisionSinkFor,
  sendRevision,
  signal,
  startFeedMisp,
  values,
} from '../support/misp-revisions.js';
import { failsWith } from '../support/misp-sink.js';
import { told } from '../support/warnings.js';

const event = feedEvent({ posts: ['https://a.example/', 'https://b.example/'] });

function numbered(count: number) {
  return Array.from({ length: count }, (_, index) => feedEvent({ key: String(index), info: `leak ${index}` }));
}

test('an event with objects is created with one request', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const result = await sendRevision(sink, revision(event));
  assert.deepEqual(result, { status: 'delivered', action: 'created', reference: `${server.url}/events/view/1` });
  assert.equal(server.requests.length, 1);
  assert.equal(held(server, event).objects.length, 2);
});

test('which of many events exist is asked in questions of some hundred, and never without a name', async (context) => {
  const { server, sink } = await startFeedMisp(context, { keepRequests: true });
  const events = numbered(700);
  for (const each of events.slice(0, 3)) await sendRevision(sink, revision(each));
  const asked = server.requests.length;
  const known = await sink.known(
    events.map(({ uuid }) => uuid.toUpperCase()),
    signal,
  );
  assert.deepEqual(
    [...known],
    events.slice(0, 3).map(({ uuid }) => uuid),
  );
  const questions = server.requests.slice(asked);
  assert.deepEqual(
    questions.map(({ path }) => path),
    ['/events/index', '/events/index', '/events/index'],
  );
  for (const { body } of questions) {
    assert.equal(JSON.parse(body).minimal, 1);
    assert.ok(JSON.parse(body).eventid.length <= 300);
  }
  assert.deepEqual([...(await sink.known([], signal))], []);
  assert.equal(server.requests.length, asked + 3);
});

test('an event that MISP has already is completed, known beforehand or not', async (context) => {
  for (const known of [true, false]) {
    const { server, sink } = await startFeedMisp(context);
    await sendRevision(sink, revision(event));
    const there = held(server, event);
    there.attributes.splice(0, 1);
    there.tags.splice(0, 1);
    there.objects.splice(0, 1);
    const result = await sendRevision(sink, revision({ ...event, date: '2026-05-05' }, { known }));
    assert.equal(result.action, 'updated');
    assert.equal(result.warnings, undefined);
    assert.equal(there.attributes.length, 2);
    assert.equal(there.objects.length, 2);
    assert.equal(there.date, '2026-05-05');
    assert.deepEqual([...there.tags].sort(), ['actor:lockbit', 'ransomwatch']);
    const paths = server.requests.slice(1).map(({ path }) => path.replace(/\/[^/]+$/, ''));
    assert.equal(paths.includes('/events'), !known, 'events/add was sent for a known event');
    assert.equal((await sendRevision(sink, revision({ ...event, date: '2026-05-05' }, { known }))).action, 'unchanged');
  }
});

test('half an event after a 500 is completed in the same send, and counts as created', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  server.fault({ match: '/events/add', kind: 'partial', attributes: 1 });
  const result = await sendRevision(sink, revision(event));
  assert.equal(result.action, 'created');
  assert.equal(result.warnings, undefined);
  assert.equal(held(server, event).attributes.length, 2);
  assert.equal(held(server, event).objects.length, 2);
  assert.deepEqual(held(server, event).tags, ['ransomwatch', 'actor:lockbit']);
});

test('a connection cut after the event was stored is looked up, and counts as created', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  server.fault({ match: '/events/add', kind: 'cut-after-store' });
  assert.equal((await sendRevision(sink, revision(event))).action, 'created');
  assert.equal(server.events.size, 1);
});

test('objects of more than 500 attributes arrive in pieces', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const many = feedEvent({ posts: Array.from({ length: 600 }, (_, index) => `https://p.example/${index}`) });
  const result = await sendRevision(sink, revision(many));
  assert.equal(result.warnings, undefined);
  assert.equal(held(server, many).objects.length, 600);
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/objects/add')).length, 0);
});

test('a proxy that takes only small bodies gets small ones', async (context) => {
  const { server, sink } = await startFeedMisp(context, { maxBodyBytes: 20_000 });
  const many = feedEvent({
    urls: Array.from({ length: 300 }, (_, index) => `https://leak.example/${index}`),
    posts: Array.from({ length: 30 }, (_, index) => `https://p.example/${index}`),
  });
  const result = await sendRevision(sink, revision(many));
  assert.equal(result.warnings, undefined);
  assert.equal(held(server, many).attributes.length, 301);
  assert.equal(held(server, many).objects.length, 30);
});

test('what MISP drops of an object is told: an attribute by its relation, an object with the reason', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const [good, other] = event.Object ?? [];
  assert.ok(good !== undefined && other !== undefined);
  const badAttribute = { ...good.Attribute[0], type: 'ip-dst', category: 'Network activity', value: 'nowhere' };
  const [link, ...rest] = good.Attribute;
  assert.ok(link !== undefined);
  const partial = { ...good, Attribute: [{ ...link, ...badAttribute }, ...rest] };
  const nameless = { ...other, name: '' };
  const result = await sendRevision(sink, revision({ ...event, Object: [partial, nameless] }));
  assert.equal(result.action, 'created');
  assert.equal(result.warnings?.length, 2);
  assert.match(told(result), /ip-dst nowhere: not a valid ip-dst for ransomware-group-post\.link \[LW_WARN_DROPPED\]/);
  assert.match(told(result), /MISP dropped the object : .*\[LW_WARN_DROPPED\]/);
  assert.equal(held(server, event).objects[0]?.attributes.length, 1);
});

test('tags that the role may not create are told once, with the mend, and cost no request an event', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { tagEditor: false } });
  server.knownTags.add('ransomwatch');
  const results = [];
  for (const each of numbered(3)) results.push(await sendRevision(sink, revision(each)));
  assert.match(told(results[0] ?? {}), /left out the tag actor:lockbit.*perm_tag_editor.*\[LW_WARN_TAG_REFUSED\]/);
  assert.deepEqual(
    results.map(({ warnings }) => warnings?.length ?? 0),
    [1, 0, 0],
  );
  assert.equal(server.requests.length, 3);
  const [one] = numbered(1);
  assert.ok(one !== undefined);
  assert.deepEqual(held(server, one).tags, ['ransomwatch']);
});

test('a tag that is a number or a pattern is attached and removed as itself', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const odd = feedEvent({ tags: ['2026', 'actor:lock_bit', '100%'] });
  await sendRevision(sink, revision(odd));
  assert.deepEqual(held(server, odd).tags, ['2026', 'actor:lock_bit', '100%']);
  const plain = feedEvent({ tags: ['ransomwatch'] });
  await sendRevision(sink, revision(plain, { before: putBy(odd) }));
  assert.deepEqual(held(server, odd).tags, ['ransomwatch']);
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/tags/')).length, 0);
});

test('a role that may not add is LW_MISP_AUTH, in check too; a blocklisted UUID is a rejected row', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { add: false } });
  await failsWith(sendRevision(sink, revision(event)), 'LW_MISP_AUTH');
  const error = await failsWith(sink.check(), 'LW_MISP_AUTH');
  assert.match(error.message, /perm_add/);
  server.role.add = true;
  server.blocked.add(event.uuid);
  const results = await sink.send([revision(event)], signal);
  const [blocked, others] = ['Event blocked by event blocklist.', 'Event blocked by organisation blocklist.'];
  assert.deepEqual(results, [{ status: 'rejected', code: 'LW_ROW_BLOCKED', reason: blocked }]);
  server.blocked.clear();
  server.setOrganisationBlocked(true);
  assert.deepEqual(await sink.send([revision(event)], signal), [{ status: 'rejected', reason: others }]);
});

test('check tells what the role may do', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { tagEditor: false } });
  assert.match((await sink.check()).join('\n'), /add events yes.*create tags no.*\n.*warning: without perm_tag_editor/);
  server.fault({ match: '/users/view/me', kind: 'status', status: 404, body: '{"name":"x","message":"x"}' });
  assert.match((await sink.check()).join('\n'), /does not tell/);
});

test('an event is published when that is asked for, after it was created and after it was updated', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  const first = await sendRevision(sink, revision(event, { publish: true }));
  assert.equal(first.warnings, undefined);
  await published(server, event);
  const bodies = server.requests.filter(({ path }) => path === '/events/add').map(({ body }) => JSON.parse(body));
  assert.equal(bodies[0].Event.published, false);
  const changed = feedEvent({ urls: ['https://leak.example/9'] });
  await sendRevision(sink, revision(changed, { before: putBy(event), publish: true }));
  assert.equal(held(server, event).published, true);
  // MISP published the edited event again by itself.
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/events/publish/')).length, 1);
  assert.deepEqual(values(held(server, event)), ['Example Corp', 'https://leak.example/9']);
});

test('an attempt that ended before publishing is made up for by the next', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  await sendRevision(sink, revision(event));
  const again = await sendRevision(sink, revision(event, { publish: true }));
  assert.equal(again.action, 'unchanged');
  await published(server, event);
  // Unpublished by a person since: their word.
  held(server, event).published = false;
  await sendRevision(sink, revision(event, { publish: true }));
  assert.equal(server.requests.filter(({ path }) => path.startsWith('/events/publish/')).length, 1);
});

test('a refusal to publish is a warning: no permission', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const denied = await sendRevision(sink, revision(event, { publish: true }));
  assert.match(told(denied), /did not publish the event: You do not have permission.*\[LW_WARN_UNPUBLISHED\]/);
  assert.equal(held(server, event).published, false);
});

test('no Redis, no answer: the revision is not done, and the next attempt publishes the event', async (context) => {
  for (const trouble of ['no Redis', 'cut', 'too many'] as const) {
    const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
    if (trouble === 'no Redis') server.setRedis(false);
    else if (trouble === 'cut') server.fault({ match: '/events/publish', kind: 'cut-before-store' });
    else server.fault({ match: '/events/publish', kind: 'status', status: 429 });
    await failsWith(sendRevision(sink, revision(event, { publish: true })), 'LW_MISP_AMBIGUOUS');
    assert.equal(held(server, event).published, false);
    server.setRedis(true);
    const again = await sendRevision(sink, revision(event, { publish: true }));
    assert.deepEqual([again.action, again.warnings], ['unchanged', undefined]);
    await published(server, event);
  }
});

test('an update that ended before publishing is published by the next attempt', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  await sendRevision(sink, revision(event));
  const changed = revision(feedEvent({ urls: ['https://leak.example/9'] }), { before: putBy(event), publish: true });
  server.setRedis(false);
  await failsWith(sendRevision(sink, changed), 'LW_MISP_AMBIGUOUS');
  server.setRedis(true);
  assert.equal((await sendRevision(sink, changed)).action, 'unchanged');
  await published(server, event);
});

test('an update of an event that was published long ago is published by the next attempt, too', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  await sendRevision(sink, revision(event));
  held(server, event).publishedAt = Date.UTC(2026, 0, 1) / 1000;
  const changed = revision(feedEvent({ urls: ['https://leak.example/9'] }), { before: putBy(event), publish: true });
  server.setRedis(false);
  await failsWith(sendRevision(sink, changed), 'LW_MISP_AMBIGUOUS');
  server.setRedis(true);
  assert.equal((await sendRevision(sink, changed)).action, 'unchanged');
  await published(server, event);
});

test('an event that this user may not see counts as there, with a warning', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(event));
  held(server, event).visible = false;
  const result = await sendRevision(sink, revision(event));
  assert.equal(result.action, 'unchanged');
  assert.match(told(result), /may not see.*\[LW_WARN_HIDDEN\]/);
});

test('one event that fails leaves what became of its neighbours', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  assert.equal(sink.alertsPerCall, 1);
  const [one, two] = numbered(2);
  assert.ok(one !== undefined && two !== undefined);
  assert.equal((await sendRevision(sink, revision(one))).action, 'created');
  await server.down();
  await failsWith(sendRevision(sink, revision(two)), 'LW_MISP_UNAVAILABLE');
  await failsWith(sink.known([one.uuid], signal), 'LW_MISP_UNAVAILABLE');
  await server.up();
  assert.equal((await sendRevision(sink, revision(two))).action, 'created');
  assert.equal(server.events.size, 2);
});

test('a wrong key is LW_MISP_AUTH for every request', async (context) => {
  const { server } = await startFeedMisp(context);
  const sink = revisionSinkFor(context, { url: server.url, key: 'k'.repeat(40) });
  await failsWith(sink.known([event.uuid], signal), 'LW_MISP_AUTH');
  await failsWith(sendRevision(sink, revision(event)), 'LW_MISP_AUTH');
  await failsWith(sendRevision(sink, revision(event, { known: true })), 'LW_MISP_AUTH');
});

async function published(server: Parameters<typeof held>[0], { uuid }: { readonly uuid: string }): Promise<void> {
  const until = performance.now() + 10_000;
  while (!held(server, { uuid }).published) {
    assert.ok(performance.now() < until, 'the event is not published');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
