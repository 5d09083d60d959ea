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

const first = feedEvent({ urls: ['https://leak.example/1', 'https://leak.example/2'], posts: ['https://a.example/'] });
const second = feedEvent({
  info: '[ransomwatch] lockbit - victim:Example Corp (Ltd)(2026-03-01)',
  date: '2026-03-02',
  tags: ['ransomwatch', 'actor:lockbit5'],
  urls: ['https://leak.example/2', 'https://leak.example/3'],
  posts: ['https://b.example/'],
});
const secondRevision = revision(second, { before: putBy(first) });

test('a changed row becomes one edit: what left the row is removed, what is new is added', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const created = await sendRevision(sink, revision(first));
  assert.equal(created.action, 'created');
  assert.equal(server.requests.length, 1);

  const updated = await sendRevision(sink, secondRevision);
  assert.deepEqual(updated, { status: 'delivered', action: 'updated', reference: `${server.url}/events/view/1` });
  assert.deepEqual(
    server.requests.slice(1).map(({ method, path }) => `${method} ${path.replace(first.uuid, '…')}`),
    ['GET /events/view/…', 'POST /events/edit/…'],
  );
  const event = held(server, first);
  assert.equal(event.info, second.info);
  assert.equal(event.date, '2026-03-02');
  assert.deepEqual(values(event), ['Example Corp', 'https://leak.example/2', 'https://leak.example/3']);
  assert.deepEqual(event.tags, ['ransomwatch', 'actor:lockbit5']);
  assert.deepEqual(
    event.objects.map(({ attributes }) => attributes.map(({ value }) => value)),
    [['https://b.example/', 'lockbit']],
  );
  assert.deepEqual(event.removedObjects[0]?.attributes, [], 'attributes of the removed object are left over');
  assert.equal('timestamp' in JSON.parse(server.requests.at(-1)?.body ?? '{}').Event, false);
});

test('sent again, a revision changes nothing and says so', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  await sendRevision(sink, secondRevision);
  const asked = server.requests.length;
  assert.equal((await sendRevision(sink, secondRevision)).action, 'unchanged');
  assert.deepEqual(
    server.requests.slice(asked).map(({ method }) => method),
    ['GET'],
  );
});

test('what people added stays: attributes, tags, objects, and what they wrote to our attributes', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const event = held(server, first);
  const [ours] = event.attributes;
  assert.ok(ours !== undefined);
  event.attributes[0] = { ...ours, comment: 'seen by Kim', to_ids: true };
  event.attributes.push({ ...ours, uuid: '99999999-2222-4333-8444-555555555555', value: 'from a person' });
  event.tags.push('workflow:todo');
  await sendRevision(sink, secondRevision);
  assert.ok(values(event).includes('from a person'));
  assert.equal(event.attributes[0]?.comment, 'seen by Kim');
  assert.equal(event.attributes[0]?.to_ids, true);
  assert.deepEqual(event.tags, ['ransomwatch', 'workflow:todo', 'actor:lockbit5']);
});

test('an object that people put something into is emptied of ours and stays, with a warning', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const object = held(server, first).objects[0];
  const [ours] = object?.attributes ?? [];
  assert.ok(object !== undefined && ours !== undefined);
  object.attributes.push({ ...ours, uuid: '99999999-2222-4333-8444-555555555555', value: 'from a person' });
  const result = await sendRevision(sink, secondRevision);
  assert.match(told(result), /stays: people put attributes into it \[LW_WARN_STAYS\]/);
  assert.deepEqual(
    object.attributes.map(({ value }) => value),
    ['from a person'],
  );
  assert.equal(held(server, first).objects.length, 2);
});

test('what a person took out is not brought back, and the result says so', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const event = held(server, first);
  event.removed.push(...event.attributes.splice(0, 1));
  event.tags.splice(0, 1);
  const result = await sendRevision(sink, secondRevision);
  assert.deepEqual(values(event), ['https://leak.example/2', 'https://leak.example/3']);
  assert.deepEqual(event.tags, ['actor:lockbit5']);
  assert.deepEqual(result.warnings?.length, 1);
  assert.match(told(result), /no longer has comment Example Corp, tag ransomwatch.*not put back \[LW_WARN_TAKEN_OUT\]/);
});

test('a value that comes back into the row is put back', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  await sendRevision(sink, secondRevision);
  const third = await sendRevision(sink, revision(first, { before: putBy(second) }));
  assert.equal(third.action, 'updated');
  assert.equal(third.warnings, undefined);
  const event = held(server, first);
  assert.deepEqual([...values(event)].sort(), ['Example Corp', 'https://leak.example/1', 'https://leak.example/2']);
  assert.deepEqual(
    event.objects.map(({ attributes }) => attributes.map(({ value }) => value)),
    [['https://a.example/', 'lockbit']],
  );
});

test('a published event stays published, an unpublished one unpublished', async (context) => {
  for (const published of [true, false]) {
    const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
    await sendRevision(sink, revision(first));
    held(server, first).published = published;
    const result = await sendRevision(sink, secondRevision);
    assert.equal(held(server, first).published, published);
    assert.equal(result.warnings, undefined);
  }
});

test('a role that may not publish cannot but unpublish by an edit, and the result says so', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  held(server, first).published = true;
  const result = await sendRevision(sink, secondRevision);
  assert.match(told(result), /unpublished the event.*perm_publish.*\[LW_WARN_UNPUBLISHED\]/);
});

test('an invalid attribute that the edit drops silently is told with its reason, and the event stays published', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  await sendRevision(sink, revision(first));
  held(server, first).published = true;
  const [attribute] = second.Attribute;
  assert.ok(attribute !== undefined);
  const uuid = '77777777-2222-4333-8444-555555555555';
  const bad = { ...attribute, uuid, type: 'ip-dst', category: 'Network activity', value: 'nowhere' };
  const result = await sendRevision(sink, {
    ...secondRevision,
    event: { ...second, Attribute: [bad, ...second.Attribute] },
  });
  assert.equal(told(result), 'MISP dropped ip-dst nowhere: value: IP address has an invalid format. [LW_WARN_DROPPED]');
  assert.equal(result.action, 'updated');
  assert.equal(held(server, first).published, true);
  assert.equal(values(held(server, first)).length, 3);
});

test('where only a request by itself stores an attribute, and so unpublishes, the event is published again', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  const before = feedEvent();
  await sendRevision(sink, revision(before));
  const event = held(server, before);
  event.published = true;
  const after = feedEvent({ urls: ['https://leak.example/1', 'https://leak.example/2'] });
  // The edit is answered as if it had dropped the new attribute.
  const { info, date, threat_level_id, analysis, tags } = event;
  const Event = {
    ...{ id: '1', info, date, threat_level_id, analysis, published: true },
    Attribute: event.attributes,
    Tag: tags.map((name) => ({ name })),
  };
  server.fault({ match: '/events/edit', kind: 'status', status: 200, body: JSON.stringify({ Event }) });
  const result = await sendRevision(sink, revision(after, { before: putBy(before) }));
  assert.deepEqual(result.warnings, undefined);
  assert.equal(result.action, 'updated');
  assert.equal(event.attributes.length, 3);
  assert.equal(event.published, true);
});

test('an update of more than 500 attributes travels in pieces', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const many = feedEvent({ urls: Array.from({ length: 1_234 }, (_, index) => `https://leak.example/n/${index}`) });
  const result = await sendRevision(sink, revision(many, { before: putBy(first) }));
  assert.equal(result.warnings, undefined);
  assert.equal(held(server, first).attributes.length, 1_235);
  const edits = server.requests.filter(({ path }) => path.startsWith('/events/edit/'));
  assert.equal(edits.length, 3);
  for (const { body } of edits) assert.ok(JSON.parse(body).Event.Attribute.length <= 500);
  const back = await sendRevision(sink, revision(first, { before: putBy(many) }));
  assert.equal(back.action, 'updated');
  assert.deepEqual([...values(held(server, first))].sort(), [...first.Attribute.map(({ value }) => value)].sort());
});

test('an attribute that MISP answers 500 to is isolated, all others arrive', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const poisoned = second.Attribute.map((each, index) => (index === 2 ? { ...each, comment: '😀' } : each));
  const sent = { ...secondRevision, event: { ...second, Attribute: poisoned } };
  const result = await sendRevision(sink, sent);
  assert.equal(told(result), 'MISP dropped url https://leak.example/3: MISP answers 500 to it [LW_WARN_DROPPED]');
  const event = held(server, first);
  assert.deepEqual(values(event), ['Example Corp', 'https://leak.example/2']);
  assert.equal(event.info, second.info);
  assert.deepEqual(event.tags, ['ransomwatch', 'actor:lockbit5']);
  assert.equal(event.objects.length, 1);
});

for (const kind of ['cut-before-store', 'cut-after-store'] as const) {
  test(`a connection ${kind} during an edit is ambiguous, and the next attempt completes it`, async (context) => {
    const { server, sink } = await startFeedMisp(context);
    await sendRevision(sink, revision(first));
    server.fault({ match: '/events/edit', kind });
    await failsWith(sendRevision(sink, secondRevision), 'LW_MISP_AMBIGUOUS');
    const again = await sendRevision(sink, secondRevision);
    assert.equal(again.action, kind === 'cut-after-store' ? 'unchanged' : 'updated');
    assert.equal(again.warnings, undefined);
    assert.equal(values(held(server, first)).length, 3);
    assert.equal(held(server, first).objects.length, 1);
  });
}

test('a MISP that breaks down between the pieces of an update is completed later, by a newer revision too', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  const many = feedEvent({ urls: Array.from({ length: 700 }, (_, index) => `https://leak.example/n/${index}`) });
  server.fault({ match: '/events/edit', kind: 'slow', delayMs: 1 });
  server.fault({ match: '/events/edit', kind: 'cut-before-store' });
  await failsWith(sendRevision(sink, revision(many, { before: putBy(first) })), 'LW_MISP_AMBIGUOUS');
  assert.ok(values(held(server, first)).length < 701);

  // What was tried without an outcome is removed where it is there, and sent where it is missing.
  const newer = feedEvent({ urls: ['https://leak.example/n/0', 'https://leak.example/n/699'] });
  const result = await sendRevision(sink, revision(newer, { before: { ...putBy(first), tried: putBy(many) } }));
  assert.equal(result.warnings, undefined);
  assert.deepEqual([...values(held(server, first))].sort(), [...newer.Attribute.map(({ value }) => value)].sort());
});

test('an event of another organisation is a rejected row, not a wrong key', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  held(server, first).foreign = true;
  const [result] = await sink.send([secondRevision], signal);
  assert.ok(result?.status === 'rejected');
  assert.match(result.reason, /not authorised to do so/);
});

test('a role that may not change events is LW_MISP_AUTH', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  server.role.modify = false;
  await failsWith(sendRevision(sink, secondRevision), 'LW_MISP_AUTH');
  await failsWith(sink.check(), 'LW_MISP_AUTH');
});

test('an event that a person deleted stays deleted', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  server.deleteEvent(first.uuid);
  assert.deepEqual(await sink.send([secondRevision], signal), [
    { status: 'rejected', code: 'LW_ROW_BLOCKED', reason: 'Event blocked by event blocklist.' },
  ]);
  server.blocked.clear();
  const again = await sendRevision(sink, secondRevision);
  assert.equal(again.action, 'created');
  assert.match(told(again), /no longer had the event: it was added again \[LW_WARN_ADDED_AGAIN\]/);
});

test('an event that is added again is completed like a new one, whatever was put there before', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(first));
  server.deleteEvent(first.uuid);
  server.blocked.clear();
  server.fault({ match: '/events/add', kind: 'partial', attributes: 1 });
  const again = await sendRevision(sink, revision(first, { before: putBy(first) }));
  assert.equal(again.action, 'created');
  assert.equal(again.warnings?.length, 1);
  assert.equal(held(server, first).attributes.length, 3);
  assert.equal(held(server, first).objects.length, 1);
});

test('a tag by itself leaves the event as it is, published or not', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  await sendRevision(sink, revision(first));
  const event = held(server, first);
  event.published = true;
  assert.deepEqual(await sink.tag(first.uuid, 'ransomwatch:gone', signal), { kind: 'tagged' });
  assert.deepEqual(await sink.tag(first.uuid, 'ransomwatch:GONE', signal), { kind: 'tagged' });
  assert.deepEqual(event.tags, ['ransomwatch', 'actor:lockbit', 'ransomwatch:gone']);
  assert.equal(event.published, true);
  assert.equal(event.attributes.length, first.Attribute.length);
  server.role.tagEditor = false;
  const leftOut = await sink.tag(first.uuid, 'unknown', signal);
  assert.ok(leftOut.kind === 'refused');
  assert.match(leftOut.reason, /perm_tag_editor/);
  server.deleteEvent(first.uuid);
  assert.equal((await sink.tag(first.uuid, 'unknown', signal)).kind, 'absent');
});

test('a preview tells what an update would change, and changes nothing', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  assert.deepEqual(await sink.preview(revision(first), signal), { action: 'create', changes: [] });
  await sendRevision(sink, revision(first));
  const asked = server.requests.length;
  const preview = await sink.preview(secondRevision, signal);
  assert.equal(preview.action, 'update');
  assert.ok(preview.changes.includes('+ url https://leak.example/3'));
  assert.ok(preview.changes.includes('- tag actor:lockbit'));
  assert.ok(preview.changes.includes('date: 2026-03-02'));
  assert.ok(server.requests.slice(asked).every(({ method }) => method === 'GET'));
  await sendRevision(sink, secondRevision);
  assert.equal((await sink.preview(secondRevision, signal)).action, 'unchanged');
});

test('an address without a path prefix and one with it give the same kind of reference', async (context) => {
  const { server } = await startFeedMisp(context);
  const sink = revisionSinkFor(context, { url: `${server.url}/`, key: server.key });
  assert.equal((await sendRevision(sink, revision(first))).reference, `${server.url}/events/view/1`);
});
