import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { addTextUrls } from '../../src/indicators/text-urls.js';
import type { FoundUrl } from '../../src/indicators/types.js';
import { UrlList } from '../../src/indicators/url-list.js';

function inHtml(html: string, part = '1'): readonly FoundUrl[] {
  const list = new UrlList();
  addHtmlUrls(html, list, { part });
  return list.urls;
}

describe('a list of URLs', () => {
  it('has each once, of its strongest kind, with where it stood first and all its flags', () => {
    const list = new UrlList();
    addTextUrls('hxxps://a.example/x https://b.example/', list, { part: '1' });
    addHtmlUrls('<img src="https://c.example/"><a href="https://a.example/x">www.bank.example</a>', list, {
      part: '2',
    });
    assert.deepEqual(list.urls, [
      {
        url: 'https://a.example/x',
        kind: 'click',
        original: 'hxxps://a.example/x',
        part: '1',
        shown: 'www.bank.example',
        flags: ['displayMismatch', 'defanged'],
      },
      { url: 'https://b.example/', kind: 'text', part: '1' },
      { url: 'http://www.bank.example/', kind: 'text', original: 'www.bank.example', part: '2' },
      { url: 'https://c.example/', kind: 'embed', part: '2' },
    ]);
  });

  it('has a wrapped URL and the same unwrapped as one', () => {
    const list = new UrlList();
    const wrapped = 'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx&data=1';
    addTextUrls(`${wrapped} https://a.example/x`, list, { part: '1' });
    assert.deepEqual(list.urls, [
      { url: 'https://a.example/x', kind: 'text', original: wrapped, part: '1', wrappers: ['Microsoft Safe Links'] },
    ]);
  });

  it('gives all URLs of a text the kind that its place has', () => {
    const list = new UrlList();
    addHtmlUrls('<a href="https://a.example/">x</a> https://b.example/ <script>x="https://c.example/"</script>', list, {
      part: '3/a.html',
      kind: 'attachment',
    });
    assert.deepEqual(
      list.urls.map(({ url, kind, part }) => `${kind} ${url} ${part}`),
      [
        'attachment https://a.example/ 3/a.html',
        'attachment https://b.example/ 3/a.html',
        'script https://c.example/ 3/a.html',
      ],
    );
  });

  const flagged: readonly (readonly [string, readonly string[]])[] = [
    ['http://3221225994/', ['ipHost']],
    ['http://0xc0.0x0.0x2.0xa/x', ['ipHost']],
    ['http://0300.0.02.012/x', ['ipHost']],
    ['http://[2001:db8::1]/', ['ipHost']],
    ['http://bücher.example/', ['punycode']],
    ['http://login.xn--bcher-kva.example/', ['punycode']],
    ['https://bank.example@evil.example/', ['userinfo']],
    ['https://bank.example:pw@198.51.100.7/', ['ipHost', 'userinfo']],
    ['https://bit.ly/abc', ['shortener']],
    ['https://www.tinyurl.com/abc', ['shortener']],
    ['https://t.co/abc', ['shortener']],
    ['https://not-t.co/abc', []],
    ['https://a.example/xn--', []],
  ];
  for (const [url, flags] of flagged)
    it(`flags ${url} ${flags.join(', ') || 'nothing'}`, () => {
      const list = new UrlList();
      addTextUrls(url, list);
      assert.deepEqual(list.urls[0]?.flags ?? [], flags);
    });

  const links: readonly (readonly [string, string, boolean])[] = [
    ['https://evil.example/', 'https://www.bank.example/login', true],
    ['https://evil.example/', 'www.bank.example', true],
    ['https://evil.com/', 'bank.com', true],
    ['https://evil.com/', ' <b>bank</b>.com. ', true],
    ['https://evil.com/', 'hxxps://bank[.]com', true],
    ['http://198.51.100.7/', 'https://bank.example/', true],
    ['https://evil.github.io/', 'https://bank.github.io/', true],
    ['https://login.bank.example/', 'https://www.bank.example/', false],
    ['https://bank.example/x?y', 'bank.example/x', false],
    ['https://evil.example/', 'Click here', false],
    ['https://evil.example/', 'invoice.zip', false],
    ['https://evil.example/', 'someone@bank.com', false],
    ['https://evil.example/', 'Your account at bank.com was closed', false],
    ['https://www.booking.com/', 'Booking.com', false],
    ['https://secure.booking.com/', 'Booking.com™', false],
    ['https://evil.example/', 'Booking.com', true],
    ['https://evil.example/', 'Booking.com®', true],
    ['https://booking.com.evil.example/', 'BOOKING.COM', true],
    ['https://evil.example/', 'Paypal.Com', true],
    ['https://www.paypal.com/', 'Paypal.Com', false],
    ['https://www.amazon.co.uk/', 'Amazon.Co', false],
    ['https://www.amazon.co.jp/', 'Amazon.Co.Jp', false],
    ['https://evil.example/', 'Node.js', false],
    ['https://learn.microsoft.com/aspnet', 'ASP.NET', false],
    ['https://www.getpaint.example/', 'Paint.NET', false],
    ['https://github.com/socketio', 'Socket.IO', false],
    ['https://evil.example/', 'BANK.NET', true],
    ['https://evil.example/', 'asp.net', true],
    ['https://learn.microsoft.com/', 'System.Net', false],
    ['https://evil.example/', 'https://mail.corp.local/login', true],
    ['https://evil.example/', 'http://LOSEweightFAST!/', false],
    ['https://www.india.example/', 'www.india.exa mple', false],
    [
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.example%2F',
      'https://bank.example/',
      false,
    ],
    [
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2F',
      'https://bank.example/',
      true,
    ],
    ['https://protect-eu.mimecast.com/s/abc?domain=bank.example', 'https://bank.example/', false],
  ];
  for (const [href, shown, mismatch] of links)
    it(`${mismatch ? 'flags' : 'does not flag'} ${shown} on ${href.slice(0, 50)}`, () => {
      const [link] = inHtml(`<a href="${href}">${shown}</a>`);
      assert.equal(link?.kind, 'click');
      assert.equal(link?.flags?.includes('displayMismatch') ?? false, mismatch);
    });

  it('shows the text of a link, its blanks made even, up to 200 characters', () => {
    const [link] = inHtml(`<a href="https://a.example/">\n Pay <b>now</b>&amp;here <div>${'x'.repeat(300)}</div></a>`);
    assert.equal(link?.shown, `Pay now&here ${'x'.repeat(187)}`);
  });

  it('shows nothing where the text is the URL', () => {
    assert.equal(inHtml('<a href="https://a.example/x">https://a.example/x</a>')[0]?.shown, undefined);
  });
});
