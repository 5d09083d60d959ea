import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';

/** Entities in it, so that only who takes it for an attribute reads it. */
const link = '<a href="https&#58;//a.example/">x</a>';

function found(html: string): string[] {
  const list = new UrlList();
  addHtmlUrls(html, list);
  return list.urls.map(({ kind, url }) => `${kind} ${url}`);
}

describe('HTML is told apart as browsers do', () => {
  const hidings: readonly (readonly [string, string])[] = [
    ['a style within SVG that HTML ends', `<svg><style></svg>${link}`],
    ['a style within SVG that a paragraph ends', `<svg><style><p>${link}`],
    ['a style of SVG that ends at once', `<svg><style/></svg>${link}`],
    ['a script of SVG that ends at once', `<svg><script/></svg>${link}`],
    ['a title within SVG', `<svg><title></svg>${link}`],
    ['a style of MathML', `<math><style></math>${link}`],
    ['plain text within MathML', `<math><plaintext></math>${link}`],
    ['SVG that ends by an end tag of what is around it', `<div><svg><g></div><style>a{}</style>${link}`],
    ['SVG that no end tag ends', `<svg></div><style></svg>${link}`],
    ['SVG that does not end with a blank behind the slash', `<svg / ><style></svg>${link}`],
    ['SVG that ends by an end tag of emphasis', `<b><svg></b><style><a title="</style>${link}`],
    ['SVG that a form outlives', `<form><svg></form><style></svg>${link}`],
    ['HTML within SVG, where a style is one again', `<svg><desc><style><a title="</style></desc></svg>${link}`],
    ['HTML within MathML', `<math><mi><style><a title="</style></mi></math>${link}`],
    [
      'HTML within an annotation',
      `<math><annotation-xml encoding="text/html"><style><a title="</style></annotation-xml></math>${link}`,
    ],
    ['a style within a list of choices, as it was long read', `<select><style></select>${link}`],
    ['CDATA outside of SVG, which ends with the next tag', `<p><![CDATA[ > ${link} ]]>`],
    ['CDATA that never ends', `<p><![CDATA[ > ${link}`],
    ['CDATA within SVG, which is text', `<svg><![CDATA[ > <a title=" ]]></svg>${link}`],
    ['CDATA in small letters, which is none', `<svg><![cdata[ > <a title=" ]]></svg>">${link}`],
    ['an end tag with attributes', `<p></p title="><a title='">${link}'>`],
    ['an end tag with attributes, to others', `</p title=">${link}">`],
    ['a script within a comment within a script', `<script><!--<script></script><a title="</script>${link}`],
    ['the same, ended', `<script><!--<script>--></script>${link}`],
    ['frames that nobody sees', `<noframes>${link}</noframes>`],
    ['a condition of Outlook in brackets', `<!--[if(mso)]>${link}<![endif]-->`],
    ['a condition of Outlook with a tabulator', `<!--[if\tmso]>${link}<![endif]-->`],
    ['a condition of Outlook within another', `<!--[if mso]><!--[if gte mso 9]>${link}<![endif]--><![endif]-->`],
    ['a null character, as some programs read it', '<a href="ht\0tps&#58;//a.example/">'],
  ];
  for (const [what, html] of hidings)
    it(`so a link is found behind ${what}`, () => assert.deepEqual(found(html), ['click https://a.example/']));

  it('so what is no link there is none', () => {
    for (const html of [
      `<style>${link}</style>`,
      `<svg><style></style></svg><style>${link}</style>`,
      `<!-- ${link} -->`,
    ])
      assert.deepEqual(found(html), []);
  });

  it('and in time that grows with the length', () => {
    const units = [
      '<svg>',
      '<svg></div>',
      '<svg><b></b>',
      '<![CDATA[>',
      '</a "',
      '<script><!--<script>',
      '<table><svg></td>',
      '<b></b>',
      '<form></form>',
      '<iframe><',
    ];
    for (const unit of units) {
      const startMs = performance.now();
      found(unit.repeat(400_000 / unit.length));
      found(`<svg></svg>${'<x>'.repeat(60_000)}${unit.repeat(400_000 / unit.length)}`);
      assert.ok(performance.now() - startMs < 4000, unit);
    }
  });
});

describe('the base of a document', () => {
  const base = '<base href="https://a.example/login">';
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a fragment',
      `${base}<a href="#x">Verify</a>`,
      ['click https://a.example/login#x', 'embed https://a.example/login'],
    ],
    ['an empty link', `${base}<a href="">Verify</a>`, ['click https://a.example/login']],
    ['a form that does not say where to', `${base}<form><input type=submit></form>`, ['click https://a.example/login']],
    ['a form of an empty action', `${base}<form action=""></form>`, ['click https://a.example/login']],
    ['nothing', base, ['embed https://a.example/login']],
    [
      'no picture without an address, nor a part of SVG',
      `${base}<img src=""><svg><use href="#x"/></svg>`,
      ['embed https://a.example/login'],
    ],
    [
      'links, whatever base stands in what browsers do not show',
      '<template><base href="https://no.example/"></template><base href="https://a.example/"><a href="x">',
      [
        'click https://no.example/x',
        'click https://a.example/x',
        'embed https://no.example/',
        'embed https://a.example/',
      ],
    ],
    [
      'links, and not a base of SVG',
      '<svg><base href="https://no.example/"></svg><base href="https://a.example/"><a href="x">',
      ['click https://a.example/x', 'embed https://a.example/'],
    ],
  ];
  for (const [what, html, urls] of cases) it(`opens for ${what}`, () => assert.deepEqual(found(html), urls));
});

describe('links of a mail', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a browser by name', 'microsoft-edge:https://a.example/x'],
    ['Word', 'ms-word:ofe|u|https://a.example/x'],
    ['the installer', 'ms-appinstaller:?source=https://a.example/x'],
    ['the source of a page', 'view-source:https://a.example/x'],
    ['another browser', 'x-safari-https://a.example/x'],
    ['an app', 'intent://a.example/x#Intent;scheme=https;end'],
    ['a calendar', 'webcals://a.example/x'],
    ['a feed', 'feed:https://a.example/x'],
    ['a share over HTTPS', 'search-ms:query=x&amp;crumb=location:\\\\a.example@SSL\\x'],
    ['what a mail program completes', 'a.example.com/x'],
  ];
  for (const [what, href] of cases)
    it(`that open ${what} give the URL in them`, () => {
      const [first = ''] = found(`<a href="${href}">x</a>`);
      assert.match(first, /^click https?:\/\/a\.example(?:\.com)?\/x$/);
    });

  it('that open a file of another computer give it by its name in the web', () => {
    assert.deepEqual(found('<a href="file://a.example/share/x.exe">'), ['click http://a.example/share/x.exe']);
    assert.deepEqual(found('<a href="file:///C:/x.y/z"><a href="file:///home/x.y">'), []);
  });

  it('that are names of files beside the page give nothing', () => {
    assert.deepEqual(
      found('<a href="index.html"><a href="login.do?x=1"><a href="setup.py"><img src="a.example.com/x">'),
      [],
    );
  });

  it('that refresh are read as they are written', () => {
    for (const content of [
      '0 url=https://a.example/',
      '0;https://a.example/',
      ';url="https://a.example/" x',
      '.0 , URL = https://a.example/',
    ])
      assert.deepEqual(found(`<meta http-equiv=refresh content='${content}'>`), ['click https://a.example/']);
    assert.deepEqual(found('<meta http-equiv=refresh content="0;url=https://a.example/x\'y">'), [
      "click https://a.example/x'y",
    ]);
  });

  it('that are data are what the element takes them for', () => {
    const coded = (text: string) => Buffer.from(text).toString('base64');
    const script = coded('location="https://a.example/"');
    for (const html of [
      `<script src="data:text/javascript;base64,${script}"></script>`,
      `<script src="data:;base64,${script}"></script>`,
      `<svg><script href="data:application/ecmascript;base64,${script}"/></svg>`,
    ])
      assert.deepEqual(found(html), ['script https://a.example/']);
    assert.deepEqual(found('<link rel=stylesheet href="data:text/css,@import \'https://a.example/\'">'), [
      'embed https://a.example/',
    ]);
    const page = `<a href="https&#58;//a.example/">`;
    for (const html of [
      `<iframe src="data:text/html;charset=utf-16le;base64,${Buffer.from(page, 'utf16le').toString('base64')}">`,
      `<iframe src="data:text/html;${'x'.repeat(300)}=1;base64,${coded(page)}">`,
      `<iframe src="data:image/svg+xml,${encodeURIComponent(page)}">`,
    ])
      assert.deepEqual(found(html), ['click https://a.example/']);
  });
});
