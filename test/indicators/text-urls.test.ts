import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addTextUrls } from '../../src/indicators/text-urls.js';
import { unwrap } from '../../src/indicators/unwrap/unwrap.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { normaliseUrl } from '../../src/indicators/urls/normalise-url.js';

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
    ['www.a.b.c.d.e.f.g.h.evil.com/login', ['http://www.a.b.c.d.e.f.g.h.evil.com/login']],
    [`${'您'.repeat(300)}www.evil.com/login`, ['http://www.evil.com/login']],
    [`${'-'.repeat(300)}www.evil.com/login`, ['http://www.evil.com/login']],
    ['请访问www.evil.com/login。', ['http://www.evil.com/login']],
    ['here->www.evil.com/a and/or/www.other.com', ['http://www.evil.com/a', 'http://www.other.com/']],
    ['/var/www.evil.com/x me@www.evil.com', []],
    ['foo-www.evil.com', ['http://foo-www.evil.com/']],
    ['(helo=mail.evil.com) HREF=www.evil.com/x', ['http://mail.evil.com/', 'http://www.evil.com/x']],
    ["see http://edge.com.sg's page and http://edge.com.sg/a's", ['http://edge.com.sg/', "http://edge.com.sg/a's"]],
    [`www.evil.com${'_'.repeat(500)} http://evil.com/a&nbsp;&nbsp`, ['http://www.evil.com/', 'http://evil.com/a']],
    ['http://http/ et.al TAKE.YOU Agent.pm EVIL.COM', ['http://evil.com/']],
    [
      'пример.рф, 1.example.co and 例え.みんな',
      ['http://xn--e1afmkfd.xn--p1ai/', 'http://1.example.co/', 'http://xn--r8jz45g.xn--q9jyb4c/'],
    ],
  ];
  for (const [text, urls] of texts) {
    it(`${JSON.stringify(text.slice(0, 60))} holds ${urls.length}`, () => assert.deepEqual(found(text), urls));
  }

  const defanged: readonly (readonly [string, string])[] = [
    ['hxxp://evil.example/x', 'http://evil.example/x'],
    ['hXXps://evil.example/x?a=1', 'https://evil.example/x?a=1'],
    ['HXXPS[:]//EVIL[.]example', 'https://evil.example/'],
    ['h**p://evil.example/', 'http://evil.example/'],
    ['hxxp[://]evil.example/', 'http://evil.example/'],
    ['http[:]//evil.example/x', 'http://evil.example/x'],
    ['https://evil[.]example/x', 'https://evil.example/x'],
    ['https://www.evil(.)example/x', 'https://www.evil.example/x'],
    ['https://evil{.}example/x', 'https://evil.example/x'],
    ['https://evil[dot]example[DOT]com/x', 'https://evil.example.com/x'],
    ['hxxps://evil (dot) example (dot) com/x', 'https://evil.example.com/x'],
    ['hxxp://evil dot example dot com/x', 'http://evil.example.com/x'],
    ['hxxp://evil [.] example [.] com', 'http://evil.example.com/'],
    ['hxxp : //evil.example.com/x', 'http://evil.example.com/x'],
    ['hxxp://evil . example . com/a', 'http://evil.example.com/a'],
    ['hxxps:// evil . example /a', 'https://evil.example/a'],
    ['hxxp : //www.evil .example:8080/a', 'http://www.evil.example:8080/a'],
    ['hxxp://203 . 0 . 113 . 9/a', 'http://203.0.113.9/a'],
    ['hxxps://evil\\.example\\.com/x', 'https://evil.example.com/x'],
    ['evil[.]com', 'http://evil.com/'],
    ['login.evil[.]com/a/b.php?c=d', 'http://login.evil.com/a/b.php?c=d'],
    ['www[.]evil[.]example', 'http://www.evil.example/'],
    ['hxxp://192[.]0[.]2[.]1/x', 'http://192.0.2.1/x'],
    ['hxxp://192.0.2[.]1[:]8080/x', 'http://192.0.2.1:8080/x'],
    ['hxxp://3221225994/x', 'http://192.0.2.10/x'],
    ['hxxp://user@evil[.]example/', 'http://user@evil.example/'],
    ['fxp://files.evil[.]example/x', 'ftp://files.evil.example/x'],
    ['hxxp://bücher[.]example/', 'http://xn--bcher-kva.example/'],
  ];
  for (const [text, url] of defanged)
    it(`${text} is ${url}, also within a sentence`, () => {
      const list = new UrlList();
      addTextUrls(`Do not open "${text}", (${text}) or ${text}. It (the site) is bad.`, list);
      assert.deepEqual(
        list.urls.map((found) => [found.url, found.original, found.flags?.includes('defanged')]),
        [[url, text, true]],
      );
    });

  const undoubted: readonly (readonly [string, readonly string[]])[] = [
    ['<URL:https://a.example/x> <URL:www.a.example/y>', ['https://a.example/x', 'http://www.a.example/y']],
    [
      'www.report.zip report.zip/x setup.py?a a.b.example.py',
      ['http://www.report.zip/', 'http://report.zip/x', 'http://setup.py/?a', 'http://a.b.example.py/'],
    ],
    ['Really?http://a.example/x…', ['http://a.example/x']],
    ['//example.com/a', ['http://example.com/a']],
    ['hxxp://evil . example . Then', ['http://evil.example/']],
    ['hxxp://evil.example . com', ['http://evil.example/']],
    ['hxxp://evil . example / a', ['http://evil.example/']],
    ['hxxp://word . nothing', []],
    ['https://a.example/x[1] hxxp://b[.]example/y', ['https://a.example/x[1]', 'http://b.example/y']],
    [`https://a.example/${'long/'.repeat(1000)}`, [`https://a.example/${'long/'.repeat(1000)}`]],
  ];
  for (const [text, urls] of undoubted)
    it(`${JSON.stringify(text.slice(0, 60))} holds ${urls.length}`, () =>
      assert.deepEqual(found(text).sort(), [...urls].sort()));

  const none = [
    'report.zip, invoice.py, readme.md, node.js, main.rs:42, Makefile.pl and id_rsa.pub',
    '/usr/lib/x.so C:\\x\\command.com $this.name list.info() anydbm.open("a")',
    'Message-ID: <20020722.abc$1@mail.example.com> a.b.com$1@mail.example.com',
    'john[@]evil[.]com and john[at]evil[.]com and john@evil[.]com',
    'array[.5] (.5) f(.) [dot] the dot on the i, a dot b /foo\\.bar/',
    '<?xml?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:v=\'urn:x\'>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
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

  it('comes back whole, whatever URL stands in it', () => {
    const around = fc.constantFrom(
      ['', ''],
      ['<', '>'],
      ['(', ')'],
      ['"', '"'],
      ['see ', ' there'],
      ['\n> ', '.\r\n'],
      ['「', '」。'],
      ['[x](', ')'],
    );
    const url = fc.webUrl({ withFragments: true, withQueryParameters: true });
    fc.assert(
      fc.property(url, around, (written, [before, after]) => {
        const href = normaliseUrl(written);
        // What ends a sentence or closes a bracket is not taken for a part of the URL.
        fc.pre(href !== null && /[\w/=]$/.test(href) && !/[()]/.test(href) && unwrap(href).wrappers.length === 0);
        assert.deepEqual(found(`${before}${href}${after}`), [href]);
      }),
    );
  });

  it('comes back from a defanged URL', () => {
    const dot = fc.constantFrom('[.]', '(.)', '{.}', '[dot]', '(dot)', ' [.] ', '[ . ]', ' (dot) ');
    const scheme = fc.constantFrom('hxxp://', 'hXXp://', 'http[:]//', 'hxxp[://]', 'http://');
    fc.assert(
      fc.property(fc.domain(), dot, scheme, fc.webPath(), (domain, dots, opening, path) => {
        const href = normaliseUrl(`http://${domain}${path}`);
        fc.pre(href !== null && /^[\w/-]*$/.test(path) && unwrap(href).wrappers.length === 0);
        assert.deepEqual(found(`${opening}${domain.replaceAll('.', dots)}${path}`), [href]);
      }),
    );
  });

  it('holds what was found in it, and no more, when that is its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.domain(), (text, domain) => {
        const first = found(`https://${domain}/${text} hxxp://b.example/ ${text}`).filter(
          (url) => unwrap(url).wrappers.length === 0,
        );
        const second = found(first.join('\n'));
        assert.deepEqual(second, first);
      }),
    );
  });

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
