import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLurewatchError } from '../../../src/errors/lurewatch-error.js';
import { compiled } from '../../support/mapping.js';

const good = {
  event: { info: '{a}', date: '{a}' },
  attributes: [{ type: 'text', value: '{a}' }],
};

function mistake(part: Record<string, unknown>, columns?: readonly string[]): string {
  try {
    compiled({ ...good, ...part }, columns);
  } catch (error) {
    assert.ok(isLurewatchError(error, 'LW_FEED_MAPPING'), String(error));
    assert.equal(error.where, 'feeds.test');
    return error.what;
  }
  return assert.fail('the mapping is taken');
}

function attribute(part: Record<string, unknown>): string {
  return mistake({ attributes: [{ type: 'text', value: '{a}', ...part }] });
}

test('a mapping needs an event, and attributes or objects', () => {
  assert.match(mistake({ event: undefined }), /^`event` is missing/);
  assert.match(mistake({ attributes: [] }), /^`attributes` is missing/);
});

test('an unknown column is told with its place and the one that is meant', () => {
  const what = mistake({ attributes: [{ type: 'text', value: '{victm}' }] }, ['a', 'victim']);
  assert.equal(what, '`attributes[0].value` the feed has no column `victm`; did you mean `victim`?; it has a, victim');
});

test('every mistake is told at once', () => {
  const what = mistake({ groupBy: ['x'], nulls: [], attributes: [{ type: 'txt', value: '{y}' }] }, ['a']);
  assert.match(what, /`attributes\[0\]\.type` MISP has no type `txt`/);
  assert.match(what, /`attributes\[0\]\.value` the feed has no column `y`/);
  assert.match(what, /`groupBy\[0\]` the feed has no column `x`/);
});

const attributes: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['an unknown type', { type: 'sha265' }, /`attributes\[0\]\.type` MISP has no type `sha265`; did you mean `sha256`\?/],
  [
    'a wrong category',
    { type: 'md5', category: 'Person' },
    /\.category` MISP takes the type `md5` in no category `Person`/,
  ],
  [
    'an unknown type in a map',
    { type: { column: 'a', map: { x: 'nope' } } },
    /\.type\.map\.x` MISP has no type `nope`/,
  ],
  ['a type that needs a file', { type: 'attachment' }, /needs a file/],
  ['a single brace', { value: '{a' }, /\.value` a single `\{`/],
  ['a template without a column', { value: '{}' }, /names no column/],
  ['an unknown filter', { value: '{a|frist:10}' }, /there is no filter `frist`; known are first, or, lower/],
  ['a filter without its number', { value: '{a|first}' }, /needs a number of characters/],
  ['a filter with too much', { value: '{a|lower:2}' }, /takes nothing after a colon/],
  ['an expression that is none', { when: { matches: '(' } }, /\.when\.matches` is no regular expression/],
  ['an expression of more than RE2', { split: { matches: '(?=x)' } }, /\.split\.matches` is no regular expression/],
  ['a condition that asks for nothing', { when: { column: 'a' } }, /needs one of `equals` and `matches`/],
  ['an unknown zone', { date: { zone: 'Mars/Olympus' } }, /\.date\.zone` `Mars\/Olympus` is no time zone/],
  ['a format without a year', { date: { formats: ['dd/MM HH:mm'] } }, /no format of dates/],
  ['a format that is none', { date: { formats: ['isoo!'] } }, /\.date\.formats\[0\]` `isoo!` is no format of dates/],
  [
    'an unknown zone of first_seen',
    { firstSeen: { value: '{a}', zone: 'X' } },
    /\.firstSeen\.zone` `X` is no time zone/,
  ],
];
for (const [what, part, reason] of attributes) {
  test(`${what} is told before any row`, () => {
    assert.match(attribute(part), reason);
  });
}

test('unknown object templates and relations are told', () => {
  const named = (name: string, relation: string) =>
    mistake({ objects: [{ name, attributes: [{ relation, value: '{a}' }] }] });
  assert.match(
    named('ransomware-post', 'link'),
    /`objects\[0\]\.name` there is no object template `ransomware-post` here/,
  );
  assert.match(
    named('url', 'adress'),
    /`objects\[0\]\.attributes\[0\]\.relation` the template has no relation `adress`/,
  );
});

test('distribution 4 needs a sharing group', () => {
  assert.match(mistake({ event: { ...good.event, distribution: 4 } }), /`event\.distribution` needs `sharingGroup`/);
});

test('the columns that a mapping needs are those of its templates and conditions', () => {
  const { needs } = compiled({
    groupBy: ['key', '{a|lower}'],
    event: { info: '{info}', date: '{day}', tags: ['{tag}'], galaxies: [{ type: 'threat-actor', cluster: '{actor}' }] },
    attributes: [{ type: { column: 'kind' }, value: '{v}', comment: '{c}', when: { column: 'w', equals: 'x' } }],
  });
  assert.deepEqual([...needs].sort(), ['a', 'actor', 'c', 'day', 'info', 'key', 'kind', 'tag', 'v', 'w']);
});

test('the hash changes with the mapping and with nothing else', () => {
  const { hash } = compiled(good);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(compiled(good).hash, hash);
  assert.notEqual(compiled({ ...good, nulls: ['-'] }).hash, hash);
});
