import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGood, compiled, row } from '../../support/mapping.js';

function info(template: string, fields: Record<string, string | string[]>): string {
  const mapping = compiled({ event: { info: template, date: 'today' }, attributes: [{ type: 'text', value: 'x' }] });
  return buildGood(mapping, row(fields)).event.info;
}

test('columns stand in braces, and a doubled brace is a brace', () => {
  assert.equal(info('[{a}] {{b}} {a.b}', { a: '1', 'a.b': '2' }), '[1] {b} 2');
});

const filtered: readonly (readonly [string, string, string])[] = [
  ['{a|first:10}', '2026-03-01 10:00', '2026-03-01'],
  ['{a|first:2}', '😀😀😀', '\\u{1F600}\\u{1F600}'],
  ['<{a|trim}>', '  x ', '<x>'],
  ['{a|lower}{a|upper}', 'Ab', 'abAB'],
  ['{a|refang}', 'hxxps[:]//evil[.]example', 'https://evil.example'],
  ['{a|unescape}', 'A &amp;amp; B &lt;b&gt; &#39;&eacute;&nope;', "A & B <b> 'é&nope;"],
  ['{a|trim|first:1|upper}', ' x', 'X'],
  ['{b|or:unknown}', '', 'unknown'],
  ['{b}', 'x', ''],
];
for (const [template, value, expected] of filtered) {
  test(`${template} of ${JSON.stringify(value)} is ${JSON.stringify(expected)}`, () => {
    assert.equal(info(`.${template}`, { a: value }), `.${expected}`);
  });
}

test('a list gives a tag for each of its values, with the words around it, and `split` makes a list of a text', () => {
  const tags = (template: string, fields: Record<string, string | string[]>) => {
    const event = { info: 'x', date: 'today', tags: [template], tlp: 'none' };
    const mapping = compiled({ event, attributes: [{ type: 'text', value: 'x' }], nulls: ['None'] });
    return buildGood(mapping, row(fields)).event.Tag.map(({ name }) => name);
  };
  assert.deepEqual(tags('feed:{a}', { a: ['elf', 'mirai'] }), ['feed:elf', 'feed:mirai']);
  assert.deepEqual(tags('feed:{a|split:,|lower}!', { a: 'ELF, , Mirai,None' }), ['feed:elf!', 'feed:mirai!']);
  assert.deepEqual(tags('{a|split:;}', { a: ['x;y', 'z'] }), ['x', 'y', 'z']);
  assert.deepEqual(tags('feed:{a|split:,}', { a: 'None' }), []);
  assert.deepEqual(tags('feed:{a|split:,|or:none}', { a: ',' }), ['feed:none']);
  assert.deepEqual(tags('{a}:{b}', { a: ['x', 'y'], b: 'z' }), ['x, y:z']);
});

test('a column that is named like something every object has is just a column', () => {
  assert.equal(info('x{constructor}{toString}', {}), 'x');
  assert.equal(info('x{constructor}', { constructor: '1' }), 'x1');
});
