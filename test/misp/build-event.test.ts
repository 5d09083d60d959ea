import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildMispEvent } from '../../src/misp/build-event.js';
import type { MispEvent } from '../../src/misp/types.js';
import { mispEventConfig, mispSource } from '../support/misp-documents.js';

function build(changes: Parameters<typeof mispSource>[0] = {}, config = mispEventConfig): MispEvent {
  const event = buildMispEvent(mispSource(changes), config);
  assert.ok(event !== null);
  return event;
}

function rows(event: MispEvent): readonly (readonly [string, string, string, boolean])[] {
  return event.Attribute.map(({ type, category, value, to_ids }) => [type, category, value, to_ids]);
}

test('a message becomes an event with sender, recipient, subject, Message-ID and each URL', () => {
  const event = build({ urls: ['https://evil.example/a', 'https://evil.example/b'] });
  assert.deepEqual(rows(event), [
    ['email-src', 'Payload delivery', 'mallory@evil.example', false],
    ['email-dst', 'Payload delivery', 'victim@corp.example', false],
    ['email-subject', 'Payload delivery', 'Your parcel', false],
    ['email-message-id', 'Payload delivery', '<1@evil.example>', false],
    ['url', 'Network activity', 'https://evil.example/a', false],
    ['url', 'Network activity', 'https://evil.example/b', false],
  ]);
  assert.equal(event.info, 'Suspicious email: Your parcel');
  assert.equal(event.published, false);
  assert.deepEqual(event.Tag, [{ name: 'tlp:amber' }, { name: 'lurewatch:mailbox="soc"' }]);
});

test('a message without URLs has no event', () => {
  assert.equal(buildMispEvent(mispSource({ urls: [] }), mispEventConfig), null);
});

test('the same message gives the same bytes again', () => {
  const source = mispSource({ subject: 'Grüße 😀', urls: ['https://evil.example/😀', 'https://b.example/'] });
  const first = JSON.stringify(buildMispEvent(source, mispEventConfig));
  assert.equal(JSON.stringify(buildMispEvent(structuredClone(source), { ...mispEventConfig })), first);
});

test('UUIDs never change: what MISP holds from an earlier release is recognised', () => {
  const event = build();
  assert.equal(event.uuid, '1b9ffb43-d9d7-56ec-9b64-43d91069af13');
  assert.equal(event.Attribute[0]?.uuid, '3ee3f45b-4082-5829-8eab-5e9433fc1fac');
});

test('UUIDs are version 5, in lower case, and differ between alerts and between attributes', () => {
  const [one, other] = [build(), build({ alertId: 'another' })];
  const uuids = [one.uuid, other.uuid, ...[one, other].flatMap((event) => event.Attribute.map(({ uuid }) => uuid))];
  assert.equal(new Set(uuids).size, uuids.length);
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('the date is the day of receipt in UTC', () => {
  assert.equal(build().date, '2026-03-01');
  assert.equal(build({ receivedAtMs: Date.UTC(2026, 2, 2) }).date, '2026-03-02');
});

test('no subject is said in the info and is no attribute', () => {
  for (const subject of [null, '', '  ']) {
    const event = build({ subject });
    assert.equal(event.info, 'Suspicious email: (no subject)');
    assert.ok(!event.Attribute.some(({ type }) => type === 'email-subject'));
  }
});

test('a value that repeats, also after cleaning, is one attribute', () => {
  const event = build({
    fromAddresses: ['A@evil.example', 'a@EVIL.example', 'broken'],
    urls: ['https://evil.example/', 'https://evil.example/'],
  });
  assert.deepEqual(
    event.Attribute.map(({ value }) => value),
    ['a@evil.example', 'victim@corp.example', 'Your parcel', '<1@evil.example>', 'https://evil.example/'],
  );
});

test('no character anywhere is one that MISP cannot store', () => {
  const wild = 'x😀\ud83d\n\u0000y';
  const event = build({
    subject: wild,
    messageId: wild,
    mailbox: wild,
    fromAddresses: [`${wild}@a.example`],
    urls: [wild],
  });
  assert.doesNotMatch(JSON.stringify(event), /[\u{10000}-\u{10FFFF}]|\\ud83d|\\n|\\u0000/u);
});

test('a URL above 65,535 bytes is kept by its beginning, says so, and is no detection rule', () => {
  const long = `https://evil.example/${'a'.repeat(70_000)}`;
  const event = build({ urls: [long, 'https://b.example/'] }, { ...mispEventConfig, toIds: true });
  const [cut, whole] = event.Attribute.filter(({ type }) => type === 'url');
  assert.equal(Buffer.byteLength(cut?.value ?? ''), 65_535);
  assert.match(cut?.comment ?? '', /70021 bytes/);
  assert.equal(cut?.to_ids, false);
  assert.equal(whole?.to_ids, true);
});

test('the recipient does not correlate: it would link every event of a mailbox with every other', () => {
  const correlating = build().Attribute.filter((attribute) => !attribute.disable_correlation);
  assert.deepEqual(
    correlating.map(({ type }) => type),
    ['email-src', 'email-subject', 'email-message-id', 'url'],
  );
});

test('the configuration sets level, analysis, distribution, sharing group, tlp and to_ids of the URLs alone', () => {
  const config = {
    tlp: 'green',
    distribution: 4,
    sharingGroup: 7,
    threatLevel: 1,
    analysis: 2,
    toIds: true,
  } as const;
  const event = build({}, config);
  assert.deepEqual(
    [event.threat_level_id, event.analysis, event.distribution, event.sharing_group_id, event.Tag[0]?.name],
    ['1', '2', '4', '7', 'tlp:green'],
  );
  assert.deepEqual(
    event.Attribute.filter(({ to_ids }) => to_ids).map(({ type }) => type),
    ['url'],
  );
  assert.equal('sharing_group_id' in build({}, { ...config, distribution: 3 }), false);
});
