import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MispAttribute } from '../../../src/misp/types.js';
import { build, buildGood, compiled, type MappingInput, row } from '../../support/mapping.js';

type Attribute = NonNullable<MappingInput['attributes']>[number];

const event = { info: 'x', date: 'today' } as const;
const always: Attribute = { type: 'text', value: 'always' };

/** What one rule makes of a row, beside an attribute that is always there. */
function made(attribute: Attribute, fields: Record<string, string | string[]>) {
  const { event: feedEvent, rejected } = build(compiled({ event, attributes: [always, attribute] }), row(fields));
  return {
    attributes: feedEvent?.event.Attribute.slice(1) ?? [],
    warnings: feedEvent?.warnings.map(({ code, reason }) => `${code} ${reason}`) ?? [],
    rejected: rejected.map(({ code, reason }) => `${code} ${reason}`),
  };
}

function values(attribute: Attribute, fields: Record<string, string | string[]>): readonly string[] {
  return made(attribute, fields).attributes.map(({ value }) => value);
}

function only(attributes: readonly MispAttribute[]): MispAttribute {
  const [attribute] = attributes;
  assert.ok(attribute !== undefined && attributes.length === 1, `${attributes.length} attributes`);
  return attribute;
}

test('category and to_ids are those of the type, as MISP and PyMISP set them', () => {
  const { category, to_ids, comment, disable_correlation } = only(
    made({ type: 'url', value: '{url}' }, { url: 'http://a.example/' }).attributes,
  );
  assert.deepEqual(
    { category, to_ids, comment, disable_correlation },
    { category: 'Network activity', to_ids: true, comment: '', disable_correlation: false },
  );
});

test('category, to_ids, comment and correlation may be told', () => {
  const rule = {
    ...{ type: 'url', category: 'External analysis', value: '{url}', comment: 'site of {who}' },
    ...{ toIds: false, correlate: false },
  };
  const attribute = only(made(rule, { url: 'http://a.example/', who: 'x😀' }).attributes);
  assert.equal(attribute.category, 'External analysis');
  assert.equal(attribute.comment, 'site of x\\u{1F600}');
  assert.equal(attribute.to_ids, false);
  assert.equal(attribute.disable_correlation, true);
});

test('an attribute whose column has no value is left out without a word', () => {
  for (const fields of [{}, { url: '' }, { url: '  ' }]) {
    assert.deepEqual(made({ type: 'url', value: '{url}' }, fields), { attributes: [], warnings: [], rejected: [] });
  }
});

test('a value that MISP would drop is left out with a warning that names rule and reason', () => {
  const { attributes, warnings } = made({ type: 'ip-dst', value: '{ip}' }, { ip: '198.051.100.7' });
  assert.deepEqual(attributes, []);
  assert.deepEqual(warnings, [
    'LW_WARN_VALUE attributes[1] (ip-dst): left out, MISP would drop it: `198.051.100.7` is no ip-dst: the address has an invalid format',
  ]);
});

test('unless leaves out a value, or one of a list of them', () => {
  const rule = { type: 'text', value: '{a}', unless: 'N/A' };
  assert.deepEqual(values(rule, { a: ' N/A ' }), []);
  assert.deepEqual(values(rule, { a: 'n/a' }), ['n/a']);
  assert.deepEqual(values({ ...rule, unless: ['x', '-'] }, { a: '-' }), []);
});

test('when asks for a value, or something of another column', () => {
  assert.deepEqual(values({ type: 'text', value: '{a}', when: ['x', 'y'] }, { a: 'y' }), ['y']);
  assert.deepEqual(values({ type: 'text', value: '{a}', when: ['x', 'y'] }, { a: 'z' }), []);
  const online = { type: 'text', value: '{a}', when: { column: 'status', equals: 'online' } };
  assert.deepEqual(values(online, { a: '1', status: 'online' }), ['1']);
  assert.deepEqual(values(online, { a: '1', status: 'offline' }), []);
  assert.deepEqual(values(online, { a: '1' }), []);
  const matching = { type: 'text', value: '{a}', unless: { column: 'status', matches: '^off' } };
  assert.deepEqual(values(matching, { a: '1', status: 'offline' }), []);
});

test('a condition without a column looks at each value by itself', () => {
  const rule = { type: 'url', value: '{url}', split: ' ', unless: { matches: '\\.onion' } };
  assert.deepEqual(values(rule, { url: 'http://a.onion/ http://b.example/' }), ['http://b.example/']);
});

test('split makes an attribute of each part', () => {
  assert.deepEqual(values({ type: 'text', value: '{a}', split: ', ' }, { a: 'one, two, , three' }), [
    'one',
    'two',
    'three',
  ]);
  const anything = { type: 'text', value: '{a}', split: { matches: '\\s*[,;|]\\s*' } };
  assert.deepEqual(values(anything, { a: 'one ;two|three' }), ['one', 'two', 'three']);
});

test('a column that holds a list is an attribute for each of its values, with the words around it', () => {
  assert.deepEqual(values({ type: 'text', value: '{a}' }, { a: ['one', '', 'two'] }), ['one', 'two']);
  assert.deepEqual(values({ type: 'text', value: 'a {a}' }, { a: ['one', 'two'] }), ['a one', 'a two']);
  assert.deepEqual(values({ type: 'text', value: '{a}: {b}' }, { a: ['one', 'two'], b: '1' }), ['one, two: 1']);
});

test('the type may be told by a column, in its own words or in those of MISP', () => {
  const mapped = { type: { column: 'kind', map: { 'ip:port': 'ip-dst|port', hash: 'sha256' } }, value: '{ioc}' };
  assert.deepEqual(values(mapped, { kind: 'ip:port', ioc: '198.51.100.7:80' }), ['198.51.100.7|80']);
  assert.deepEqual(made(mapped, { kind: 'envelope', ioc: 'x' }).warnings, [
    'LW_WARN_TYPE attributes[1] ({kind}): left out: column kind has `envelope`, which its `map` does not name',
  ]);
  const direct = { type: { column: 'type' }, value: '{value}' };
  assert.equal(only(made(direct, { type: 'domain', value: 'a.example' }).attributes).type, 'domain');
  assert.deepEqual(made(direct, { type: 'domian', value: 'a.example' }).warnings, [
    'LW_WARN_TYPE attributes[1] ({type}): left out: MISP has no type `domian`; did you mean `domain`?',
  ]);
  assert.deepEqual(made(direct, { value: 'a.example' }).warnings, [
    'LW_WARN_TYPE attributes[1] ({type}): left out: column type, which names the type, has no value',
  ]);
});

test('the type may be recognised, also of what is defanged', () => {
  const auto = { type: 'auto', value: '{ioc}' };
  const known = [
    ['hxxps[:]//evil[.]example/a', 'url', 'https://evil.example/a'],
    ['198.51.100[.]7', 'ip-dst', '198.51.100.7'],
    ['198.51.100.7:443', 'ip-dst|port', '198.51.100.7|443'],
    ['evil.co.uk', 'domain', 'evil.co.uk'],
    ['www.evil.co.uk', 'hostname', 'www.evil.co.uk'],
    ['D41D8CD98F00B204E9800998ECF8427E', 'md5', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['cve-2026-12345', 'vulnerability', 'CVE-2026-12345'],
  ] as const;
  for (const [ioc, type, value] of known) {
    const attribute = only(made(auto, { ioc }).attributes);
    assert.deepEqual([attribute.type, attribute.value], [type, value]);
  }
  assert.deepEqual(made(auto, { ioc: 'what is this' }).warnings, [
    'LW_WARN_TYPE attributes[1] (auto): left out: `what is this` is recognised as no type',
  ]);
});

test('a date is read by its formats in their order, in the zone that is told', () => {
  const rule = {
    type: 'datetime',
    value: '{d}',
    date: { formats: ['dd/MM/yyyy HH:mm', 'unix', 'iso'], zone: 'Asia/Tokyo' },
  };
  assert.deepEqual(values(rule, { d: '01/03/2026 09:30' }), ['2026-03-01T09:30:00.000000+0900']);
  assert.deepEqual(values(rule, { d: '1772323200' }), ['2026-03-01T09:00:00.000000+0900']);
  assert.deepEqual(values(rule, { d: '2026-03-01 09:30:00.123456' }), ['2026-03-01T09:30:00.123456+0900']);
  assert.deepEqual(values(rule, { d: '2026-03-01T00:30:00Z' }), ['2026-03-01T00:30:00.000000+0000']);
});

test('a date that no format reads rejects the row, with column, value and formats', () => {
  const rule = { type: 'datetime', value: '{d}', date: { formats: ['dd/MM/yyyy'] } };
  const { attributes, rejected } = made(rule, { d: '2026-13-45' });
  assert.deepEqual(attributes, []);
  assert.deepEqual(rejected, [
    'LW_ROW_DATE attributes[1] (datetime): `{d}`: `2026-13-45` is no date by dd/MM/yyyy (UTC where it names no zone)',
  ]);
});

test('an optional date that no format reads is left out with a warning', () => {
  const { attributes, warnings, rejected } = made(
    { type: 'datetime', value: '{d}', date: { optional: true } },
    { d: 'soon' },
  );
  assert.deepEqual([attributes, rejected], [[], []]);
  assert.deepEqual(warnings, [
    'LW_WARN_DATE attributes[1] (datetime): left out: `{d}`: `soon` is no date by iso (UTC where it names no zone)',
  ]);
});

test('first_seen and last_seen are read as dates; a bad one is left out, since MISP would drop the attribute for it', () => {
  const rule = {
    ...{ type: 'text', value: '{a}', firstSeen: '{from}' },
    lastSeen: { value: '{to}', formats: ['yyyy-MM-dd'], zone: 'UTC' },
  };
  const good = only(made(rule, { a: 'x', from: '2026-03-01 10:00:00', to: '2026-03-02' }).attributes);
  assert.equal(good.first_seen, '2026-03-01T10:00:00.000000+00:00');
  assert.equal(good.last_seen, '2026-03-02T00:00:00.000000+00:00');
  const bad = made(rule, { a: 'x', from: 'long ago', to: '' });
  assert.ok(!('first_seen' in only(bad.attributes)) && !('last_seen' in only(bad.attributes)));
  assert.deepEqual(bad.warnings, [
    'LW_WARN_DATE attributes[1] (text): without firstSeen: `{from}`: `long ago` is no date by iso (UTC where it names no zone)',
  ]);
  const backwards = made(rule, { a: 'x', from: '2026-03-03', to: '2026-03-02' });
  assert.ok(!('last_seen' in only(backwards.attributes)));
  assert.match(backwards.warnings.join(), /^LW_WARN_DATE .*without lastSeen: 2026-03-02T\S+ is before 2026-03-03T/);
});

test('a value that the event has already is left out with a warning, also where only normalisation makes it equal', () => {
  const mapping = compiled({
    event,
    attributes: [
      { type: 'domain', value: '{a}', comment: 'first' },
      { type: 'domain', value: '{b}', comment: 'second' },
    ],
  });
  const { event: misp, warnings } = buildGood(mapping, row({ a: 'Evil.example', b: 'evil[.]example.' }));
  assert.deepEqual(
    misp.Attribute.map(({ value, comment }) => [value, comment]),
    [['evil.example', 'first']],
  );
  assert.deepEqual(warnings, [
    {
      file: 'feed.tsv',
      row: 1,
      code: 'LW_WARN_REPEATED',
      reason:
        'attributes[1] (domain): left out, MISP would drop it: the event has this domain already, by attributes[0] (domain)',
    },
  ]);
});

test('comments of equal values may be joined, so that nothing is lost', () => {
  const mapping = compiled({
    event,
    attributes: [
      { type: 'datetime', value: '{a}', comment: 'First Seen' },
      { type: 'datetime', value: '{b}', comment: 'Published Date', repeated: 'joinComments' },
    ],
  });
  const { event: misp, warnings } = buildGood(mapping, row({ a: '2026-03-01', b: '2026-03-01T00:00:00Z' }));
  assert.deepEqual(
    misp.Attribute.map(({ comment }) => comment),
    ['First Seen; Published Date'],
  );
  assert.deepEqual(warnings, []);
});

test('null words are no values, in every rule', () => {
  const mapping = compiled({
    event: { info: '{a}-{b}', date: 'today', tags: ['t:{b}'] },
    attributes: [
      { type: 'text', value: '{a}' },
      { type: 'text', value: '{b}' },
    ],
    nulls: ['N/A', '-'],
  });
  const { event: misp } = buildGood(mapping, row({ a: 'x', b: ' N/A ' }));
  assert.equal(misp.info, 'x-');
  assert.deepEqual(
    misp.Attribute.map(({ value }) => value),
    ['x'],
  );
  assert.deepEqual(misp.Tag, [{ name: 'tlp:amber' }]);
});
