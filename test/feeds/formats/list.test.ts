import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFeedBytes } from '../../support/feed-reading.js';

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const lines: readonly (readonly [string, string, string])[] = [
  ['198.51.100.7', '198.51.100.7', 'ip-dst'],
  ['198[.]51[.]100[.]7', '198.51.100.7', 'ip-dst'],
  ['198.51.100.0/24', '198.51.100.0/24', 'ip-dst'],
  ['2001:db8::1', '2001:db8::1', 'ip-dst'],
  ['2001:db8::/32', '2001:db8::/32', 'ip-dst'],
  ['198.51.100.7:443', '198.51.100.7|443', 'ip-dst|port'],
  ['198[.]51[.]100[.]7[:]443', '198.51.100.7|443', 'ip-dst|port'],
  ['[2001:db8::1]:8080', '2001:db8::1|8080', 'ip-dst|port'],
  ['evil[.]example', 'evil.example', 'domain'],
  ['evil(dot)co(dot)uk', 'evil.co.uk', 'domain'],
  ['login{.}evil\\.com', 'login.evil.com', 'hostname'],
  ['münchen.de', 'münchen.de', 'domain'],
  ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de', 'domain'],
  ['abcdefghij234567.onion', 'abcdefghij234567.onion', 'domain'],
  ['evil.com:8080', 'evil.com|8080', 'hostname|port'],
  ['hxxps://evil[.]example/a#b', 'https://evil.example/a#b', 'url'],
  ['hxxp[://]evil[.]com/x', 'http://evil.com/x', 'url'],
  ['hXXp[:]//evil(.)com', 'http://evil.com', 'url'],
  ['<https://evil.com/a>', 'https://evil.com/a', 'url'],
  ['fxp://evil.com/a', 'ftp://evil.com/a', 'url'],
  ['evil.com/a/b', 'evil.com/a/b', 'url'],
  ['198.51.100.7:8080/x', '198.51.100.7:8080/x', 'url'],
  ['a.b[at]evil[.]example', 'a.b@evil.example', 'email-src'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'd41d8cd98f00b204e9800998ecf8427e', 'md5'],
  ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'sha1'],
  [`"${sha256}"`, sha256, 'sha256'],
  [sha256 + sha256, sha256 + sha256, 'sha512'],
  ['as64500', 'AS64500', 'AS'],
  ['cve-2024-0001', 'CVE-2024-0001', 'vulnerability'],
  ['invoice.exe', 'invoice.exe', 'filename'],
];

describe('A list of indicators', () => {
  for (const [line, value, type] of lines) {
    it(`takes ${line} for ${type} ${value}`, async () => {
      const { rows, rejected } = await readFeedBytes(line, { kind: 'list' });
      assert.deepEqual(rejected, []);
      assert.deepEqual(rows[0]?.fields, { value, type, original: line });
    });
  }

  it('rejects what is none that is known', async () => {
    const wrong = [
      'hello',
      'two words.com',
      '198.051.100.7',
      '198.51.100.7/33',
      '1.2.3.4:99999',
      'a..com',
      'x@y',
      '-a.com',
    ];
    const { rows, rejected } = await readFeedBytes(wrong.join('\n'), { kind: 'list' });
    assert.deepEqual(
      rows.map(({ raw }) => raw),
      [],
    );
    assert.equal(rejected.length, wrong.length);
    assert.match(rejected[0]?.reason ?? '', /"hello" is no indicator that is recognised; `format.type` can tell/);
  });

  it('keeps a comment behind an indicator, and passes over lines of comment', async () => {
    const text = '# head\n; more\n// still\n  198.51.100.7 # a "c2"\nhttps://evil.com/#x\n\n198.51.100.0/24 ; SBL1\n';
    const { rows } = await readFeedBytes(text, { kind: 'list' });
    assert.deepEqual(
      rows.map(({ row, fields }) => [row, fields.value, fields.comment]),
      [
        [4, '198.51.100.7', 'a "c2"'],
        [5, 'https://evil.com/#x', undefined],
        [7, '198.51.100.0/24', 'SBL1'],
      ],
    );
  });

  it('takes every line for what the configuration says', async () => {
    const { rows } = await readFeedBytes('Mozilla/5.0 (evil)\n', { kind: 'list', type: 'user-agent' });
    assert.deepEqual(rows[0]?.fields, {
      value: 'Mozilla/5.0 (evil)',
      type: 'user-agent',
      original: 'Mozilla/5.0 (evil)',
    });
  });
});
