import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Row } from '../../../src/feeds/types.js';
import { checkValue } from '../../../src/misp/check-value.js';
import { build, buildGood, compiled, type MappingInput, row } from '../../support/mapping.js';

const posts = {
  groupBy: ['actor', 'victim'],
  event: {
    info: '{actor}: {victim}',
    date: { value: '{seen}', formats: ['iso', 'dd/MM/yyyy'] },
    tags: ['post', 'actor:{actor}'],
    galaxies: [{ type: 'threat-actor', cluster: '{actor}' }],
  },
  attributes: [
    { type: 'text', value: '{victim}', comment: 'victim' },
    { type: 'datetime', value: '{seen}', date: { formats: ['iso', 'dd/MM/yyyy'] }, correlate: false },
    { type: 'url', value: '{url}', split: { matches: '\\s+' } },
    { type: 'auto', value: '{ioc}' },
  ],
  objects: [
    {
      name: 'url',
      attributes: [
        { relation: 'url', value: '{url|trim}' },
        { relation: 'text', value: '{victim}' },
      ],
    },
  ],
} satisfies MappingInput;

const post = { actor: 'grp', victim: 'Acme', seen: '2026-03-01 10:00:00', url: 'http://a.example/' };

test('an event has what the mapping says, and the rest from `misp`', () => {
  const { event, key, rows, warnings } = buildGood(compiled(posts), row(post, 7));
  assert.equal(key, '["grp","Acme"]');
  assert.deepEqual(rows, [{ file: 'feed.tsv', row: 7 }]);
  assert.deepEqual(warnings, []);
  const { Attribute, Object: objects, uuid, ...head } = event;
  assert.deepEqual(head, {
    info: 'grp: Acme',
    date: '2026-03-01',
    threat_level_id: '4',
    analysis: '0',
    distribution: '0',
    published: false,
    Tag: [{ name: 'tlp:amber' }, { name: 'post' }, { name: 'actor:grp' }, { name: 'misp-galaxy:threat-actor="grp"' }],
  });
  assert.deepEqual(
    Attribute.map(({ type, category, value }) => [type, category, value]),
    [
      ['text', 'Other', 'Acme'],
      ['datetime', 'Other', '2026-03-01T10:00:00.000000+0000'],
      ['url', 'Network activity', 'http://a.example/'],
    ],
  );
  assert.equal(objects?.length, 1);
  assert.match(uuid, /^[0-9a-f-]{36}$/);
});

test('UUIDs of events, attributes and objects are the same for ever', () => {
  const { event } = buildGood(compiled(posts), row(post));
  assert.deepEqual(
    [event.uuid, event.Attribute[0]?.uuid, event.Object?.[0]?.uuid, event.Object?.[0]?.Attribute[0]?.uuid],
    [
      '68d0465a-bbc8-5588-aeca-fb9dce41fed1',
      'd5c61ca7-0f8b-5d13-b0b4-9ad515a067ca',
      '9b9a17b9-4c24-5df0-aed6-3b3aca5434a9',
      '0b92d009-bf6f-5fda-8aee-be931b8b5d23',
    ],
  );
});

test('an object is of its template, with the defaults of it', () => {
  const [object] = buildGood(compiled(posts), row(post)).event.Object ?? [];
  assert.ok(object !== undefined);
  const { uuid: _uuid, Attribute, ...head } = object;
  assert.deepEqual(head, {
    name: 'url',
    'meta-category': 'network',
    template_uuid: '60efb77b-40b5-4c46-871b-ed1ed999fce5',
    template_version: '10',
    description:
      'url object describes an url along with its normalized field (like extracted using faup parsing library) and its metadata.',
    comment: '',
  });
  assert.deepEqual(
    Attribute.map(({ object_relation, type, value }) => [object_relation, type, value]),
    [
      ['url', 'url', 'http://a.example/'],
      ['text', 'text', 'Acme'],
    ],
  );
});

test('an object without any of the relations that its template asks for is left out with a warning', () => {
  const { event, warnings } = buildGood(compiled(posts), row({ ...post, url: '' }));
  assert.equal(event.Object, undefined);
  assert.deepEqual(
    warnings.map(({ code, reason }) => `${code} ${reason}`),
    ['LW_WARN_OBJECT objects[0] (url): left out: its template asks for one of url, resource_path'],
  );
});

test('rows of one key become one event, its parts in the order of first appearance', () => {
  const { event, rows, warnings } = buildGood(
    compiled(posts),
    row(post, 1),
    row({ ...post, url: 'http://b.example/' }, 2),
    row({ ...post, url: 'http://a.example/', seen: '02/03/2026' }, 3),
  );
  assert.deepEqual(
    event.Attribute.map(({ value }) => value),
    [
      ...['Acme', '2026-03-01T10:00:00.000000+0000', 'http://a.example/', 'http://b.example/'],
      '2026-03-02T00:00:00.000000+0000',
    ],
  );
  assert.equal(event.date, '2026-03-01');
  assert.equal(event.Object?.length, 2);
  assert.deepEqual(
    rows.map(({ row }) => row),
    [1, 2, 3],
  );
  assert.deepEqual(warnings, []);
});

test('bad rows of a key are rejected and the good ones make the event', () => {
  const { event, rejected } = build(
    compiled(posts),
    row({ ...post, seen: 'once' }, 1),
    row({ ...post, url: 'http://b.example/' }, 2),
    row({ ...post, seen: '' }, 3),
  );
  assert.deepEqual(
    event?.rows.map(({ row }) => row),
    [2],
  );
  assert.deepEqual(
    rejected.map(({ row, code, rule, reason }) => ({ row, code, rule, reason })),
    [
      {
        row: 1,
        code: 'LW_ROW_DATE',
        rule: 'event.date',
        reason: 'event.date: `{seen}`: `once` is no date by iso, dd/MM/yyyy (UTC where it names no zone)',
      },
      {
        row: 3,
        code: 'LW_ROW_DATE',
        rule: 'event.date',
        reason: 'event.date: `{seen}` has no value, and an event needs its day',
      },
    ],
  );
});

test('a row without a title, or without any attribute, is rejected with the reason', () => {
  const mapping = compiled({ event: { info: '{t}', date: 'today' }, attributes: [{ type: 'md5', value: '{hash}' }] });
  const reasons = (fields: Record<string, string>) =>
    build(mapping, row(fields)).rejected.map(({ code, reason }) => `${code} ${reason}`);
  assert.deepEqual(reasons({ hash: 'd41d8cd98f00b204e9800998ecf8427e' }), [
    'LW_ROW_VALUE event.info: `{t}` gives no text',
  ]);
  assert.deepEqual(reasons({ t: 'x' }), ['LW_ROW_VALUE attributes: none has a value, and an event needs one']);
  assert.deepEqual(reasons({ t: 'x', hash: 'abc' }), [
    'LW_ROW_VALUE attributes: none has a value, and an event needs one (attributes[0] (md5): left out, MISP would drop it: `abc` is no md5: it has to be 32 hexadecimal digits)',
  ]);
});

test('a row whose key is empty is rejected', () => {
  const key = compiled(posts).keyOf(row({ seen: '2026-03-01' }));
  assert.ok(typeof key === 'object');
  assert.equal(key.code, 'LW_ROW_VALUE');
  assert.equal(key.reason, 'groupBy: none of actor, victim has a value, and they tell events apart');
});

test('without groupBy each different row is an event, whatever the order of its columns and blanks around values', () => {
  const { keyOf } = compiled({ ...posts, groupBy: undefined });
  assert.equal(keyOf(row({ a: '1', b: '2', c: '' })), keyOf(row({ b: ' 2', a: '1' }, 9)));
  assert.notEqual(keyOf(row({ a: '1', b: '2' })), keyOf(row({ a: '2', b: '1' })));
  assert.notEqual(keyOf(row({ a: '1' })), keyOf(row({ b: '1' })));
  assert.match(String(keyOf(row({ a: 'x'.repeat(1000) }))), /^sha256:[0-9a-f]{64}$/);
});

test('groupBy: [] makes one event of all rows', () => {
  const { keyOf } = compiled({ ...posts, groupBy: [] });
  assert.equal(keyOf(row(post)), keyOf(row({})));
});

test('two feeds never share an event', () => {
  const first = buildGood(compiled(posts), row(post));
  assert.notEqual(first.event.uuid, buildGood(compiled(posts), row({ ...post, victim: 'Other' })).event.uuid);
});

test('a tag that is longer than MISP holds is left out with a warning; a repeated one is one', () => {
  const mapping = compiled({
    event: { info: 'x', date: 'today', tags: ['{t}', 'A', 'a', '{long}'], tlp: 'green' },
    attributes: [{ type: 'text', value: 'x' }],
  });
  const { event, warnings } = buildGood(mapping, row({ t: ['a', 'b😀'], long: 'y'.repeat(256) }));
  assert.deepEqual(
    event.Tag.map(({ name }) => name),
    ['tlp:green', 'a', 'b\\u{1F600}'],
  );
  assert.equal(warnings[0]?.code, 'LW_WARN_TAG');
  assert.match(warnings[0]?.reason ?? '', /event\.tags: left out: `y+…` has 256 characters, more than the 255 of MISP/);
});

test('whatever stands in a row, nothing is thrown, and every event is one that MISP takes whole', () => {
  const mapping = compiled(posts);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', 'N/A', '2026-03-01', '01/03/2026', 'http://a.example/ http://a.example/', '198.51.100.7'),
    fc.webUrl(),
  );
  const fields = fc.record(
    { actor: text, victim: text, seen: text, url: fc.oneof(text, fc.array(text, { maxLength: 3 })), ioc: text },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fields, { minLength: 1, maxLength: 5 }), (records) => {
      const rows = records.map((record, index): Row => row(record, index + 1));
      const { event, rejected } = mapping.buildEvent('key', rows);
      const told = [...rejected.map(({ row }) => row), ...(event?.rows.map(({ row }) => row) ?? [])];
      assert.deepEqual(told.sort(), rows.map(({ row }) => row).sort(), 'every row is in the event or rejected');
      for (const { reason, rule } of rejected) assert.ok(reason.startsWith(`${rule}: `));
      if (event === undefined) return;
      const misp = event.event;
      const inObjects = (misp.Object ?? []).flatMap(({ Attribute }) => Attribute);
      assert.match(misp.date, /^\d{4}-\d\d-\d\d$/);
      assert.ok(misp.info !== '' && misp.Attribute.length + inObjects.length > 0);
      for (const { type, category, value } of [...misp.Attribute, ...inObjects]) {
        assert.deepEqual(checkValue(type, category, value), { value });
      }
      const identities = misp.Attribute.map(({ type, category, value }) => `${type}|${category}|${value}`);
      assert.equal(new Set(identities).size, identities.length);
      const uuids = [misp.uuid, ...[...misp.Attribute, ...inObjects].map(({ uuid }) => uuid)];
      assert.equal(new Set(uuids).size, uuids.length);
      assert.doesNotMatch(JSON.stringify(misp), /[\u{10000}-\u{10FFFF}]|\p{Surrogate}/u);
    }),
    { numRuns: 500 },
  );
});

test('an event does not depend on what else is built before or after it', () => {
  const group = [row(post, 1), row({ ...post, url: 'http://b.example/' }, 2)] as const;
  const alone = JSON.stringify(build(compiled(posts), ...group));
  const shared = compiled(posts);
  build(shared, row({ ...post, victim: 'Before' }, 9));
  assert.equal(JSON.stringify(build(shared, ...group)), alone);
  build(shared, row({ ...post, victim: 'After', seen: 'x' }, 10));
  assert.equal(JSON.stringify(build(shared, ...group)), alone);
});
