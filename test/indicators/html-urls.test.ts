import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';

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
      ['click https://a.example/b/x/y', 'click https://a.example/z', 'click https://a.example/b/?q'],
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
      'no name spaces, scripts, styles, mail addresses, anchors or relative links',
      '<!DOCTYPE html PUBLIC "-//W3C" "http://www.w3.org/TR/xhtml1.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><script>var a="https://script.example/"</script><style>@import "https://style.example/"</style><a href="mailto:a@b.example">a@b.example</a><a href="#x">x</a><a href="/y">y</a><a href="javascript:x()"><img src="cid:1@a.example"><img src="data:image/png;base64,AAAA">',
      [],
    ],
  ];
  for (const [what, html, urls] of documents) {
    it(`gives: ${what}`, () => assert.deepEqual(found(html), urls));
  }

  it('gives URLs in order of appearance, each once, of the kind it had first', () => {
    const html =
      '<p>https://b.example/</p><a href="https://a.example/">https://a.example/</a><img src="https://b.example/">';
    assert.deepEqual(found(html), ['text https://b.example/', 'click https://a.example/']);
  });
});
