import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { unwrap } from '../../src/indicators/unwrap/unwrap.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { normaliseUrl } from '../../src/indicators/urls/normalise-url.js';

function found(html: string): string[] {
  const list = new UrlList();
  addHtmlUrls(html, list);
  return list.urls.map(({ kind, url }) => `${kind} ${url}`);
}

describe('HTML', () => {
  const documents: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'links and areas',
      '<a href="https://a.example/1">x</a><area href=https://a.example/2>',
      ['click https://a.example/1', 'click https://a.example/2'],
    ],
    ['entities', '<a href="https://a.example/?x=1&amp;y=&#50;&#x33;">x</a>', ['click https://a.example/?x=1&y=23']],
    [
      'blanks and line breaks in an attribute',
      '<a href="  https://a.exa\n mple">x</a><a href=" ht\ntps://a.example/\tb "><a href="https://a.example/c\u00a0">',
      ['click https://a.example/b', 'click https://a.example/c'],
    ],
    [
      'forms and buttons',
      '<form action="https://a.example/f"><button formaction="https://a.example/g">',
      ['click https://a.example/f', 'click https://a.example/g'],
    ],
    [
      'what loads by itself',
      '<img src="https://a.example/i"><iframe src="https://a.example/j"></iframe><td background="https://a.example/k"><link href="https://a.example/l"><object data="https://a.example/m">',
      'ijklm'.split('').map((letter) => `embed https://a.example/${letter}`),
    ],
    [
      'srcset',
      '<img srcset="https://a.example/1 1x, https://a.example/2,x 2x,https://a.example/3">',
      ['embed https://a.example/1', 'embed https://a.example/2,x', 'embed https://a.example/3'],
    ],
    [
      'meta refresh',
      '<meta content="0; URL=\'https://a.example/r\'" http-equiv="Refresh">',
      ['click https://a.example/r'],
    ],
    [
      'base, for what stands before it too',
      '<a href="x/y">1</a><base href="https://a.example/b/"><a href="/z">2</a><a href="?q">3</a>',
      [
        'click https://a.example/b/x/y',
        'click https://a.example/z',
        'click https://a.example/b/?q',
        'embed https://a.example/b/',
      ],
    ],
    [
      'no scheme',
      '<a href="//a.example/1">x</a><a href="www.a.example/2">x</a><a href="\\\\a.example/3">x</a>',
      ['click http://a.example/1', 'click http://www.a.example/2', 'click http://a.example/3'],
    ],
    [
      'odd slashes',
      '<a href="https:/\\a.example\\b">x</a><a href="HTTPS:a.example/c">x</a>',
      ['click https://a.example/b', 'click https://a.example/c'],
    ],
    [
      'text, whose words inline elements do not break',
      '<p>https://a.exam<b>ple</b>/te<wbr>xt</p><p>b.example.com</p>',
      ['text https://a.example/text', 'text http://b.example.com/'],
    ],
    [
      'the text of a link beside its target',
      '<a href="https://evil.example/">https://bank.example/</a>',
      ['click https://evil.example/', 'text https://bank.example/'],
    ],
    ['text that entities spell', '<p>&#104;ttps&colon;//a.example/x&amp;y</p>', ['text https://a.example/x&y']],
    [
      'conditional comments',
      '<!--[if mso]><v:roundrect href="https://a.example/v"><![endif]--><!-- <a href="https://no.example/"> -->',
      ['click https://a.example/v'],
    ],
    [
      'SVG links',
      '<svg><a xlink:href="https://a.example/s"><text>x</text></a><image href="https://a.example/t"/></svg>',
      ['click https://a.example/s', 'embed https://a.example/t'],
    ],
    [
      'the first of two attributes',
      '<a href="https://a.example/1" href="https://a.example/2">',
      ['click https://a.example/1'],
    ],
    ['elements never closed', '<table><tr><td><a href=https://a.example/u><b><i><div>', ['click https://a.example/u']],
    [
      'other elements that load',
      '<embed src="https://a.example/1"><applet codebase="https://a.example/2"><param name=movie value="https://a.example/3"><video src="https://a.example/4" poster="https://a.example/5"><source src="https://a.example/6"><track src="https://a.example/7"><frame src="https://a.example/8"><input type=image src="https://a.example/9">',
      '123456789'.split('').map((digit) => `embed https://a.example/${digit}`),
    ],
    [
      'ping, beside the link',
      '<a href="https://a.example/1" ping="https://a.example/2 https://a.example/3">',
      ['click https://a.example/1', 'embed https://a.example/2', 'embed https://a.example/3'],
    ],
    [
      'CSS in attributes and elements',
      `<div style="background:url(https://a.example/1)"><p style="background: URL( 'https://a.example/2' )"><b style='background:u\\72l("https://a.example/3")'></b><style>@import "https://a.example/4"; .x { background: url(//a.example/5) }</style>`,
      '12345'.split('').map((digit) => `embed http${digit === '5' ? '' : 's'}://a.example/${digit}`),
    ],
    [
      'srcdoc, with the base of the document around it',
      '<base href="https://b.example/x/"><iframe srcdoc="&lt;a href=&quot;y&quot;&gt;y&lt;/a&gt; &lt;a href=&quot;https://a.example/&amp;amp;&quot;&gt;"></iframe>',
      ['click https://b.example/x/y', 'click https://a.example/&', 'embed https://b.example/x/'],
    ],
    [
      'documents in data: links, one in the other',
      `<a href="data:text/html,%3Ca href=https://a.example/1%3E"><iframe src="data:text/html;charset=utf-8;base64,${Buffer.from(`<a href="https://a.example/2"><a href="data:text/html;base64,${Buffer.from('<a href=https://a.example/3>').toString('base64')}">`).toString('base64')}"></iframe>`,
      '123'.split('').map((digit) => `click https://a.example/${digit}`),
    ],
    [
      'SVG that sets a link',
      '<svg><a><set attributeName="xlink:href" to="https://a.example/1"/><animate attributeName="href" values="https://a.example/2;https://a.example/3"/></a></svg>',
      '123'.split('').map((digit) => `click https://a.example/${digit}`),
    ],
    [
      'scripts: constants, also in attributes and javascript: links',
      `<script>var a = "https://a.example/1"; // https://no.example/\n</script><button onclick="location='https://a.example/2'"><a href=" java\nscript:window.open('https://a.example/3')">`,
      '123'.split('').map((digit) => `script https://a.example/${digit}`),
    ],
    [
      'HTML that a script writes',
      `<script>document.write(unescape("%3Ca href='https://a.example/1'%3Ex%3C/a%3E"))</script><script>document.write(atob("${Buffer.from('<form action="https://a.example/2">').toString('base64')}"))</script>`,
      ['click https://a.example/1', 'click https://a.example/2'],
    ],
    [
      'a page smuggled in a constant that a decoder of its own gets',
      `<script>var page = { data: "${Buffer.from('<!DOCTYPE html><a href="https://a.example/">').toString('base64')}" }; build(page)</script>`,
      ['click https://a.example/'],
    ],
    [
      'no name spaces, mail addresses, anchors, relative links, pictures or vocabularies',
      '<!DOCTYPE html PUBLIC "-//W3C" "http://www.w3.org/TR/xhtml1.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><script>d.createElementNS("http://www.w3.org/2000/svg", "svg"); x({"@context": "http://schema.org"})</script><a href="mailto:a@b.example">a@b.example</a><a href="#x">x</a><a href="/y">y</a><a href="javascript:x()"><img src="cid:1@a.example"><img src="data:image/png;base64,AAAA"><!-- https://no.example/ --><svg xmlns="http://www.w3.org/2000/svg"><p style="color:red">',
      [],
    ],
  ];
  for (const [what, html, urls] of documents) {
    it(`gives: ${what}`, () => assert.deepEqual(found(html), urls));
  }

  it('gives the strongest kind first, each URL once', () => {
    const html =
      '<img src="https://c.example/"><p>https://b.example/</p><a href="https://a.example/">https://a.example/</a><img src="https://b.example/">';
    assert.deepEqual(found(html), ['click https://a.example/', 'text https://b.example/', 'embed https://c.example/']);
  });

  it('comes back whole, whatever URL stands in any place', () => {
    const escaped = (url: string) => url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
    const coded = (text: string) => Buffer.from(text).toString('base64');
    const places: Readonly<Record<string, (url: string) => string>> = {
      link: (url) => `<a href="${escaped(url)}">x</a>`,
      single: (url) => `<A HREF='${escaped(url)}'>x`,
      blanks: (url) => `<area href=" ${escaped(url).slice(0, 12)}\n${escaped(url).slice(12)}\t">`,
      numbered: (url) => `<form action="${Array.from(url, (c) => `&#${c.codePointAt(0)};`).join('')}">`,
      image: (url) => `<img src="${escaped(url)}">`,
      outlook: (url) => `<!--[if gte mso 9]><v:rect href="${escaped(url)}"><![endif]-->`,
      refresh: (url) => `<meta http-equiv=refresh content="0;url=${url.replaceAll("'", '%27')}">`,
      srcdoc: (url) => `<iframe srcdoc="${escaped(`<a href="${escaped(url)}">`)}">`,
      data: (url) => `<a href="data:text/html;base64,${coded(`<a href="${escaped(url)}">`)}">`,
      css: (url) => `<p style="background:url(&quot;${escaped(url)}&quot;)">`,
      script: (url) => `<script>x = ${JSON.stringify(url)}</script>`,
      parts: (url) => `<script>x = "${url.slice(0, 4)}" + '${url.slice(4).replaceAll("'", "\\'")}'</script>`,
      atob: (url) => `<script>location = atob("${coded(url)}")</script>`,
    };
    const url = fc.webUrl({ withFragments: true, withQueryParameters: true });
    fc.assert(
      fc.property(url, fc.constantFrom(...Object.keys(places)), (written, place) => {
        const href = normaliseUrl(written);
        fc.pre(href !== null && unwrap(href).wrappers.length === 0);
        const inScript = ['script', 'parts', 'atob'].includes(place);
        fc.pre(!inScript || (/[\w/=]$/.test(href) && !/[()]/.test(href)));
        fc.pre(place !== 'refresh' || !href.includes("'"));
        const urls = found(places[place]?.(href) ?? '').map((line) => line.replace(/^\w+ /, ''));
        assert.deepEqual(urls, [href]);
      }),
    );
  });

  it('is read, whatever it is', () => {
    const pieces = fc.constantFrom(
      '<a href="',
      '"',
      "'",
      '>',
      '<',
      '<!--',
      '-->',
      '<![CDATA[',
      '&#',
      '</a>',
      '<script>',
      '</script>',
      '<style>',
      'url(',
      'srcdoc="',
      'data:text/html,',
      'https://a.example/',
      'atob("',
      '[.]',
      'hxxp',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 }))), (parts) => {
        found(parts.join(''));
      }),
    );
  });

  it('finds the same again in a page of the links it found', () => {
    const url = fc.webUrl({ withFragments: true, withQueryParameters: true });
    fc.assert(
      fc.property(fc.array(url), (urls) => {
        const page = (list: readonly string[]) =>
          list.map((link) => `<a href="${link.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">x</a>`).join('');
        const once = found(page(urls)).map((line) => line.slice(6));
        assert.deepEqual(
          found(page(once)).map((line) => line.slice(6)),
          once,
        );
      }),
    );
  });

  it('opens documents within documents only so deep, and says so', () => {
    let html = '<a href="https://deep.example/">';
    for (let level = 0; level < 8; level++)
      html = `<a href="data:text/html;base64,${Buffer.from(html).toString('base64')}">`;
    const list = new UrlList();
    addHtmlUrls(html, list);
    assert.deepEqual(list.urls, []);
    assert.deepEqual([...list.findings], ['depth-cut']);
  });
});
