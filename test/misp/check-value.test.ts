import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkValue } from '../../src/misp/check-value.js';
import { types } from '../../src/misp/describe-types-data.js';

const hex = (length: number) => 'Ab3'.repeat(64).slice(0, length);

/** Type, what is given, what MISP stores. */
const stored: readonly (readonly [string, string, string])[] = [
  ['datetime', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000000+0000'],
  ['datetime', '2026-03-01 10:00:00.123456', '2026-03-01T10:00:00.123456+0000'],
  ['datetime', '2026-03-01 10:00:00 UTC', '2026-03-01T10:00:00.000000+0000'],
  ['datetime', '2026-03-01T10:00+09:00', '2026-03-01T10:00:00.000000+0900'],
  ['datetime', '2026-03-01', '2026-03-01T00:00:00.000000+0000'],
  ['datetime', 'Sun, 01 Mar 2026 10:00:00 +0100', '2026-03-01T10:00:00.000000+0100'],
  ['url', 'hxxp://evil[.]example/a', 'http://evil.example/a'],
  ['url', 'evil.example/a', 'evil.example/a'],
  ['url', 'https://evil[:]443/😀', 'https://evil:443/%F0%9F%98%80'],
  ['link', 'https://www.example.org:8443/a?b=c#d', 'https://www.example.org:8443/a?b=c#d'],
  ['domain', 'münchen.example', 'xn--mnchen-3ya.example'],
  ['domain', 'Bad_Domain.example.', 'bad_domain.example'],
  ['domain', 'evil[.]example', 'evil.example'],
  ['hostname', 'WWW.evil(dot)example', 'www.evil.example'],
  ['hostname|port', 'Evil.example:8080', 'evil.example|8080'],
  ['domain|ip', 'Evil.example.|2001:DB8::0:1', 'evil.example|2001:db8::1'],
  ['ip-dst', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['ip-dst', '::FFFF:c633:6407', '::ffff:198.51.100.7'],
  ['ip-src', '198.51.100.7/32', '198.51.100.7'],
  ['ip-src', '198.51.100.0/24', '198.51.100.0/24'],
  ['ip-src', '2001:DB8::/32', '2001:db8::/32'],
  ['ip-dst|port', '198.51.100.7:444', '198.51.100.7|444'],
  ['ip-dst|port', '[2001:DB8::1]:80', '2001:db8::1|80'],
  ['ip-dst|port', '2001:db8::1|80', '2001:db8::1|80'],
  ['ip-dst|port', '2001:db8::1.80', '2001:db8::1|80'],
  ['ip-dst|port', '2001:db8::1 port 80', '2001:db8::1|80'],
  ['ip-dst|port', '2001:db8::1p80', '2001:db8::1|80'],
  ['ip-dst|port', '2001:db8::1#80', '2001:db8::1|80'],
  ['port', '443', '443'],
  ['onion-address', `${'a'.repeat(56)}.ONION`, `${'a'.repeat(56)}.onion`],
  ['email-src', 'User@Example.ORG', 'user@example.org'],
  ['email', 'user[at]example[.]org', 'user@example.org'],
  ['jabber-id', 'User@Example.org', 'User@Example.org'],
  ['md5', hex(32), hex(32).toLowerCase()],
  ['sha1', hex(40), hex(40).toLowerCase()],
  ['sha256', hex(64), hex(64).toLowerCase()],
  ['sha512/224', hex(56), hex(56).toLowerCase()],
  ['telfhash', 'T'.repeat(72), 't'.repeat(72)],
  ['tlsh', `T1${hex(70)}`, `t1${hex(70).toLowerCase()}`],
  ['ssdeep', '3:AbC/+1:xYz', '3:AbC/+1:xYz'],
  ['imphash', hex(32), hex(32).toLowerCase()],
  ['impfuzzy', '24:abc:def', '24:abc:def'],
  ['cdhash', hex(40), hex(40).toLowerCase()],
  ['x509-fingerprint-sha1', 'AB:'.repeat(20).slice(0, -1), 'ab'.repeat(20)],
  ['filename|md5', `Setup.EXE|${hex(32)}`, `Setup.EXE|${hex(32).toLowerCase()}`],
  ['filename|ssdeep', 'a.exe|3:AbC:xYz', 'a.exe|3:AbC:xYz'],
  ['filename|impfuzzy', 'a.exe|24:abc:def', 'a.exe|24:abc:def'],
  ['regkey|value', 'HKLM\\Software\\Run|x', 'HKLM\\Software\\Run|x'],
  ['AS', 'AS64500', '64500'],
  ['AS', 'AS 64500', '64500'],
  ['AS', 'as1.10', '65546'],
  ['mac-address', '00-11-22-AA-BB-CC', '00:11:22:aa:bb:cc'],
  ['mac-eui-64', '0011.22aa.bbcc.ddee', '00:11:22:aa:bb:cc:dd:ee'],
  ['vulnerability', 'cve-2024-0001', 'CVE-2024-0001'],
  ['vulnerability', 'CVE–2024–0001', 'CVE-2024-0001'],
  ['weakness', 'cwe-79', 'CWE-79'],
  ['boolean', 'True', '1'],
  ['boolean', '0', '0'],
  ['float', '-1.5e3', '-1.5e3'],
  ['counter', '12', '12'],
  ['size-in-bytes', '0', '0'],
  ['http-method', 'post', 'POST'],
  ['hex', 'beef', 'BEEF'],
  ['phone-number', '0081 (0)3-1234', '+8131234'],
  ['iban', 'de89 3704 0044 0532 0130 00', 'DE89370400440532013000'],
  ['cc-number', '4111 1111', '41111111'],
  ['btc', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'],
  ['ssh-fingerprint', `SHA256:${'a'.repeat(43)}`, `SHA256:${'a'.repeat(43)}`],
  [
    'ssh-fingerprint',
    'MD5:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff',
    'MD5:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff',
  ],
  ['cortex', '{"a":1}', '{"a":1}'],
  ['uuid', '830364e7-0e51-478b-9e33-7905de54f6f8', '830364e7-0e51-478b-9e33-7905de54f6f8'],
  ['cpe', 'cpe:2.3:a:x:y:1:*:*:*:*:*:*:*', 'cpe:2.3:a:x:y:1:*:*:*:*:*:*:*'],
  ['text', '  padded  ', 'padded'],
  ['text', 'one\r\ntwo\u2028three 😀', 'one\ntwo\nthree \\u{1F600}'],
  ['filename', 'a\nb.exe', 'a b.exe'],
];

for (const [type, given, expected] of stored) {
  test(`${type} ${JSON.stringify(given).slice(0, 70)} is what MISP stores of it`, () => {
    assert.deepEqual(checkValue(type, undefined, given), { value: expected });
    assert.deepEqual(checkValue(type, undefined, expected), { value: expected }, 'and stays so');
  });
}

/** Type, what is given, what is told. */
const dropped: readonly (readonly [string, string, RegExp])[] = [
  ['domain', 'hxxp://evil[.]example/a', /is no domain: the name has an invalid format/],
  ['domain', 'localhost', /invalid format/],
  ['ip-dst', '198.051.100.7', /the address has an invalid format/],
  ['ip-dst', '198.51.100.7:443', /the address has an invalid format/],
  ['ip-dst', '198.51.100.0/33', /number up to 32/],
  ['ip-dst', '2001:db8::/129', /number up to 128/],
  ['ip-dst', '198.51.100.0/8/8', /number up to 32/],
  ['ip-dst', 'fe80::1%eth0', /the address has an invalid format/],
  ['ip-dst|port', '198.51.100.7', /two values with one \| between them/],
  ['ip-dst|port', '198.51.100.7|0', /a port is a whole number from 1 to 65535/],
  ['ip-dst|port', '198.51.100.7|http', /a port is/],
  ['hostname|port', 'evil.example:70000', /a port is/],
  ['domain|ip', 'evil.example', /two values/],
  ['domain|ip', 'evil.example|x', /the address has an invalid format/],
  ['email-src', 'nobody', /needs an @ with a dot after it/],
  ['email-src', 'a b@example.org', /no blank before it/],
  ['md5', hex(31), /has to be 32 hexadecimal digits/],
  ['sha256', `${hex(63)}g`, /has to be 64 hexadecimal digits/],
  ['filename|md5', 'a.exe', /two values/],
  ['filename|md5', `a.exe|${hex(40)}`, /32 hexadecimal digits/],
  ['filename|md5', `|${hex(32)}`, /the file name is missing/],
  ['tlsh', 'abc', /at least 36 hexadecimal digits/],
  ['telfhash', hex(71), /70 or 72 characters/],
  ['ssdeep', 'abc', /blocksize:hash:hash/],
  ['impfuzzy', 'a:b:c', /imports:hash:hash/],
  ['cdhash', hex(39), /40 or more/],
  ['AS', 'AS4294967296', /up to 4294967295/],
  ['AS', 'ASAS64500', /whole number/],
  ['mac-address', '00:11:22', /12 hexadecimal digits/],
  ['vulnerability', 'CVE 2024 2', /like CVE-2026-0001/],
  ['weakness', '79', /like CWE-79/],
  ['boolean', 'no', /has to be true, false, 1 or 0/],
  ['float', '1,5', /has to be a number/],
  ['counter', '-1', /whole number of 0 or more/],
  ['integer', '1.5', /whole number/],
  ['datetime', 'yesterday-ish', /no date of ISO 8601; give its format with `date`/],
  ['datetime', '2026-02-30', /no date of ISO 8601/],
  ['datetime', '2026-03-01T25:00:00Z', /no date of ISO 8601/],
  ['datetime', '01/03/2026', /no date of ISO 8601/],
  ['link', 'www.example.org', /needs its scheme/],
  ['link', 'https://exa mple.org', /holds no blanks/],
  ['link', 'https://example.org/ü', /percent-encode/],
  ['link', 'https://under_score.example/', /host of the link has an invalid format/],
  ['link', 'https:///path', /needs a host/],
  ['onion-address', 'abc.onion', /16 or 56 characters/],
  ['ssh-fingerprint', 'SHA256:abc', /43 characters of base64/],
  ['windows-service-name', 'a/b', /without \/ and \\/],
  ['http-method', 'FETCH', /no method of HTTP/],
  ['hex', 'xyz', /hexadecimal digits/],
  ['cortex', '{', /has to be JSON/],
  ['btc', '1-2', /letters and digits only/],
  ['iban', '---', /nothing is left as iban/],
  ['phone-number', 'unknown', /nothing is left/],
  ['uuid', '123', /has to be a UUID/],
  ['text', ' \n\u0000 ', /the value is empty/],
  ['text', 'x'.repeat(65_536), /has 65536 bytes, more than the 65535 of MISP/],
  ['text', 'ü'.repeat(32_768), /has 65536 bytes/],
];

for (const [type, given, reason] of dropped) {
  test(`${type} ${JSON.stringify(given).slice(0, 70)} is refused with its reason, since MISP would drop it`, () => {
    const checked = checkValue(type, undefined, given);
    assert.ok('reason' in checked, `passed as ${JSON.stringify(checked)}`);
    assert.equal(checked.code, 'LW_WARN_VALUE');
    assert.match(checked.reason, reason);
  });
}

test('65,535 bytes pass', () => {
  assert.deepEqual(checkValue('text', undefined, 'x'.repeat(65_535)), { value: 'x'.repeat(65_535) });
});

test('an unknown type is refused with the one that is meant', () => {
  assert.deepEqual(checkValue('sha265', undefined, 'x'), {
    code: 'LW_WARN_TYPE',
    reason: 'MISP has no type `sha265`; did you mean `sha256`?',
  });
});

test('a category that the type may not stand in is refused with those that it may', () => {
  assert.deepEqual(checkValue('datetime', 'Network activity', '2026-03-01'), {
    code: 'LW_WARN_TYPE',
    reason: 'MISP takes the type `datetime` in no category `Network activity`; possible are Other',
  });
});

test('every type takes some text or tells why not, and what it takes it takes again unchanged', () => {
  const anyType = fc.constantFrom(...Object.keys(types));
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(...stored.map(([, given]) => given), ...dropped.map(([, given]) => given.slice(0, 200))),
    fc.webUrl(),
    fc.ipV6(),
    fc.emailAddress(),
  );
  fc.assert(
    fc.property(anyType, anyText, (type, text) => {
      const checked = checkValue(type, undefined, text);
      if ('reason' in checked) return checked.reason.length > 0;
      assert.doesNotMatch(checked.value, /[\u{10000}-\u{10FFFF}]|\p{Surrogate}/u);
      assert.notEqual(checked.value.trim(), '');
      assert.deepEqual(checkValue(type, undefined, checked.value), checked);
      return true;
    }),
    { numRuns: 3000 },
  );
});

test('no text makes a check slow, however long it is and whatever the type', () => {
  const pieces = [
    '@',
    '.',
    'a.',
    '1',
    '1.',
    ':',
    'a:',
    '[.]',
    '|',
    ' ',
    '/',
    'ü',
    '😀',
    '\uFFFD',
    '0',
    '-',
    'AS',
    '\n',
  ];
  const long = pieces.flatMap((piece) => ['', 'http://', 'x@'].map((start) => `${start}${piece.repeat(60_000)}!`));
  const began = performance.now();
  for (const type of [
    'email',
    'domain',
    'domain|ip',
    'link',
    'url',
    'float',
    'ip-dst|port',
    'datetime',
    'text',
    'AS',
  ]) {
    for (const text of long) checkValue(type, undefined, text);
  }
  // All of them take less than a second; a rule of quadratic time takes some for each text.
  assert.ok(performance.now() - began < 6_000, `took ${Math.round(performance.now() - began)} ms`);
});
