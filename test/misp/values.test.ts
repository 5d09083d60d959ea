import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanMailAddress, cleanMessageId, cleanSubject, cleanText, cleanUrl, cutText } from '../../src/misp/values.js';

test('a character beyond U+FFFF is written out, since MISP answers 500 to it in info and comments', () => {
  assert.equal(cleanText('You won 😀!'), 'You won \\u{1F600}!');
});

test('half a surrogate pair becomes U+FFFD, since PHP refuses its JSON', () => {
  assert.equal(cleanText('a\ud83d b'), 'a\uFFFD b');
});

test('line breaks and control characters become one blank', () => {
  assert.equal(cleanText('  one\r\n\u0000two\u2028three\t'), 'one two three');
});

test('text is cut at whole characters and says so with an ellipsis', () => {
  assert.deepEqual(cutText('äöü', 6), { value: 'äöü', cut: false });
  assert.deepEqual(cutText('äöüß', 7), { value: 'äö…', cut: true });
  assert.deepEqual(cutText('aöüß', 5), { value: 'a…', cut: true });
});

test('a subject above 65,535 bytes is cut to what MISP stores', () => {
  const clean = cleanSubject('ü'.repeat(40_000));
  assert.equal(clean?.cut, true);
  assert.ok(Buffer.byteLength(clean.value) <= 65_535 && Buffer.byteLength(clean.value) > 65_530);
});

test('an empty subject, Message-ID or URL is left out', () => {
  assert.equal(cleanSubject(' \r\n '), undefined);
  assert.equal(cleanMessageId(''), undefined);
  assert.equal(cleanUrl('\n'), undefined);
});

test('half a Message-ID would identify nothing: an overlong one is left out', () => {
  assert.equal(cleanMessageId(`<${'x'.repeat(65_535)}@a.example>`), undefined);
});

test('a mail address is in lower case', () => {
  assert.deepEqual(cleanMailAddress('User@Example.ORG'), { value: 'user@example.org', cut: false });
});

test('an address that MISP refuses for its type is left out', () => {
  for (const address of ['root@localhost', 'a b@evil.example', '@evil.example', 'nobody', '']) {
    assert.equal(cleanMailAddress(address), undefined, address);
  }
});

test('a URL keeps its meaning: what MISP would turn into ? is percent-encoded, line breaks are gone', () => {
  assert.deepEqual(cleanUrl('https://evil.example/😀\n?q=ü'), {
    value: 'https://evil.example/%F0%9F%98%80?q=ü',
    cut: false,
  });
});
