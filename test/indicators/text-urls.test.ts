import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addTextUrls } from '../../src/indicators/text-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';

function found(text: string): string[] {
  const list = new UrlList();
  addTextUrls(text, list);
  return list.urls.map(({ url }) => url);
}

describe('running text', () => {
  const texts: readonly (readonly [string, readonly string[]])[] = [
    ['See http://a.example/path?x=1&y=2#z, then go.', ['http://a.example/path?x=1&y=2#z']],
    ['(https://a.example/b) and [https://a.example/c].', ['https://a.example/b', 'https://a.example/c']],
    ['https://a.example/wiki/B_(c) "https://a.example/d"', ['https://a.example/wiki/B_(c)', 'https://a.example/d']],
    ['[text](https://a.example/e) <https://a.example/f>', ['https://a.example/e', 'https://a.example/f']],
    ['**https://a.example/g** https://a.example/h!', ['https://a.example/g', 'https://a.example/h']],
    ['http://bank.example@198.51.100.7/login', ['http://bank.example@198.51.100.7/login']],
    [
      `http://${'www.bank.example-'.repeat(6)}@evil.example/`,
      [`http://${'www.bank.example-'.repeat(6)}@evil.example/`],
    ],
    [
      'https://a.example/@user ftp://files.example/x HTTP://UPPER.example/Y',
      ['https://a.example/@user', 'ftp://files.example/x', 'http://upper.example/Y'],
    ],
    ['http://3221225994/ http://0xc0.0x0.2.10/x', ['http://192.0.2.10/', 'http://192.0.2.10/x']],
    ['http://[2001:db8::1]:8080/a', ['http://[2001:db8::1]:8080/a']],
    ['http://bücher.example/ü http://例え.jp/', ['http://xn--bcher-kva.example/%C3%BC', 'http://xn--r8jz45g.jp/']],
    ['「https://a.example/ja/」をご覧。https://b.example/。', ['https://a.example/ja/', 'https://b.example/']],
    ['https://t.co/abc https://a.example/x,y', ['https://t.co/abc', 'https://a.example/x,y']],
    ['https://a.example/?u=https://b.example/', ['https://a.example/?u=https://b.example/']],
    [
      'www.unknown.invalid/x and example.com and login.evil.click/a',
      ['http://www.unknown.invalid/x', 'http://example.com/', 'http://login.evil.click/a'],
    ],
    ['twice https://a.example and https://a.example/', ['https://a.example/']],
    ['one\nhttps://a.example/1\r\n> https://a.example/2', ['https://a.example/1', 'https://a.example/2']],
    ['https://a.example.', ['https://a.example/']],
    ['http://localhost/x', ['http://localhost/x']],
    ['xhttp://a.example/1://b hTTpS://c.example/2', ['http://a.example/1://b', 'https://c.example/2']],
    [
      '(see {https://a.example/{id}/[x]}) https://b.example/)',
      ['https://a.example/%7Bid%7D/[x]', 'https://b.example/'],
    ],
    [
      'пример.рф, 1.example.co and 例え.みんな',
      ['http://xn--e1afmkfd.xn--p1ai/', 'http://1.example.co/', 'http://xn--r8jz45g.xn--q9jyb4c/'],
    ],
  ];
  for (const [text, urls] of texts) {
    it(`${JSON.stringify(text.slice(0, 60))} holds ${urls.length}`, () => assert.deepEqual(found(text), urls));
  }

  const none = [
    'someone@example.com and <mailto:someone@example.com>',
    'version 1.2.3, file setup.py, README.md, e.g. this',
    'the end.It was late. and/or 3.14',
    'javascript:alert(1) data:text/html,x file:///etc/passwd cid:1@a.example',
    'http:// https:/// ftp://%',
    'gopher://a.invalid ttp://b.invalid ://c.invalid',
    '.1.5 1.2.3.4 a.b e.g. .',
    '',
  ];
  for (const text of none) {
    it(`${JSON.stringify(text.slice(0, 60))} holds none`, () => assert.deepEqual(found(text), []));
  }

  it('takes linear time where megabytes of URLs have no dot', () => {
    const startMs = process.cpuUsage().user / 1000;
    assert.deepEqual(found('http://a '.repeat(440_000)), ['http://a/']);
    const tookMs = process.cpuUsage().user / 1000 - startMs;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
  });

  it('is listed up to 2,000 URLs, and says so', () => {
    const list = new UrlList();
    addTextUrls(Array.from({ length: 2500 }, (_, index) => `https://a.example/${index}`).join(' '), list);
    assert.equal(list.urls.length, 2000);
    assert.equal(list.urls[1999]?.url, 'https://a.example/1999');
    assert.deepEqual([...list.findings], ['urls-cut']);
  });

  it('is listed up to 16 kB of one URL, and says so', () => {
    const list = new UrlList();
    addTextUrls(`https://a.example/${'x'.repeat(20_000)} https://b.example/`, list);
    assert.deepEqual(
      list.urls.map(({ url }) => url.length),
      [16_384, 18],
    );
    assert.deepEqual([...list.findings], ['url-cut']);
  });
});
