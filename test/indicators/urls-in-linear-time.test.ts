import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { addTextUrls } from '../../src/indicators/text-urls.js';
import { unwrap } from '../../src/indicators/unwrap/unwrap.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { normaliseUrl } from '../../src/indicators/urls/normalise-url.js';
import { htmlTraps, textTraps } from '../support/hostile-mails.js';
import { growth } from '../support/processor-time.js';

const inText = (text: string) => addTextUrls(text, new UrlList());
const inHtml = (html: string) => addHtmlUrls(html, new UrlList());
const inScript = (code: string) => inHtml(`<script>${code}</script>`);
const wrapped = (url: string) => unwrap(normaliseUrl(url) ?? 'https://a.example/');

interface Trap {
  readonly name: string;
  readonly run: (input: string) => void;
  readonly unit: string;
  readonly before?: string;
}

const traps: readonly Trap[] = [
  ...textTraps.map(({ name, unit }) => ({ name: `text: ${name}`, run: inText, unit })),
  ...htmlTraps.map(({ name, unit }) => ({ name: `HTML: ${name}`, run: inHtml, unit })),
  ...[
    'hxxp',
    'hxxp://a',
    'hxxp:// ',
    '[.]',
    'a[.]',
    'a [.] ',
    ' dot ',
    'www dot ',
    'a\\.',
    '[:]',
    '[',
    'a.b[',
    '(dot)@',
    'hxxp://a dot ',
    'hxxp://a . ',
    'hxxp://a . b . com . ',
    'a(.)com ',
    '://',
    'a://',
    ' .',
    '(. ',
  ].map((unit) => ({ name: `text: ${unit}`, run: inText, unit })),
  ...[
    '<a href=x>',
    '<a href="https://a.example/">a.b ',
    '<script>',
    '<p style="url(">',
    '<p style="url(\'">',
    '<style>',
    '<iframe srcdoc="',
    '<img srcset="a 1x,">',
    '<a ping="a b c">',
    '<p onclick="x=\'">',
  ].map((unit) => ({ name: `HTML: ${unit}`, run: inHtml, unit })),
  { name: 'script: a quote that is never closed', run: inScript, unit: "\\'", before: "'" },
  { name: 'CSS: url("', run: inHtml, unit: 'url("', before: '<style>' },
  { name: 'CSS: comments', run: inHtml, unit: '/*url', before: '<style>' },
  { name: 'CSS: @import', run: inHtml, unit: "@import '", before: '<style>' },
  ...[
    '"',
    "'\\'",
    '`',
    '"a"+',
    '/*',
    '//',
    '(',
    '[',
    '["a",',
    '=/[',
    '/a',
    'atob(',
    'String.fromCharCode(',
    'String.fromCharCode(1, ',
    'a.',
    'a = a + a;',
    'x="aaaaaaaa"+x;',
    '\\',
    '"\\u',
    '.join(',
    '"a".concat(',
    '"a".split("").reverse().join("")',
    ' ',
    '`${',
    '`${a',
    '}`',
    '{a:',
    'x={a:"b",',
    'a=>',
    '(a,b,',
    '(a,b)=>',
    'function f(a){',
    'function f(a){return ',
    'var f=x=>f(x)+f(x);f("abcd");',
    'a[0]',
    'a[',
    '.a',
    'a?.',
    '1111',
    '1,',
    '[1,2,3',
    '[1,2,3],',
    '-',
    '1-',
    '1*2+3|4^',
    '!',
    '...',
    'a=b=',
    'a+="b";',
    'a+="b";go(a);',
    'var a="aaaa";a+=a;',
    'a+="b";go(a+c);',
    'a="b"+a;x(a+y);',
    'l=[];l[1]=l;l[0]=l;l.push(l);',
    'b=[...b,1,2];',
    'q.push("ab");go(q.join(""));',
    '"a".replace(/a/g,"b")',
    '"a".repeat(9)',
    'new Uint8Array([',
    'eval("',
    "eval('a()');",
    'eval(eval(',
    "document.write('<a>');",
    "document.write('<script>');",
    'x="https://a";',
    'x+"https://a"+',
    '"PGh0bWw+PGh0bWw+"+',
    '"686868686868"+',
    '"104,104,104,"+',
    '%3Chtml%3E',
  ].map((unit) => ({ name: `script: ${unit}`, run: inScript, unit })),
  ...(
    [
      ['numbers', 'x=[', '104,'],
      ['a large list that is used often', `x=[${'1,'.repeat(5000)}1];`, 'x+"";y=[...x];x.join();f(x);'],
      ['a large text that is used often', `x="${'a'.repeat(5000)}";`, 'f(x.slice(1));x.trim();[...x];x+"b";x+y;'],
      ['a large text that is turned round', `x="${'a'.repeat(5000)}"`, '.split("").reverse().join("")'],
      ['a text that doubles', 'var a="aaaa";', 'a+=a;'],
      ['a text under a text of the same kind', `x="${'a'.repeat(5000)}https://a.";`, 'f(x+y);'],
      ['an encoded page', 'f("', 'PGh0bWw+'],
      ['an encoded page in hexadecimal', 'f("', '3c68746d6c3e'],
      ['a template that is never closed', '`', "a'\\`"],
    ] as const
  ).map(([name, before, unit]) => ({ name: `script: ${name}`, run: inScript, unit, before })),
  ...[
    'https://urldefense.com/v3/__https://urldefense.com/v3/__',
    'https://nam02.safelinks.protection.outlook.com/?url=',
    'https://nam02.safelinks.protection.outlook.com/?&amp;',
    'https://secure-web.cisco.com/a/',
    'https://www.google.com/url?q=',
    'https://protect2.fireeye.com/url?u=http://&u=',
    'https://url.avanan.click/v2/___',
  ].map((before) => ({ name: `unwrapping: ${before.slice(8)}`, run: wrapped, unit: '%2A*__;**A&u=_', before })),
];

describe('finding URLs takes linear time', () => {
  for (const { name, run, unit, before = '' } of traps)
    it(`in ${name}`, () => {
      const input = (bytes: number) => before + unit.repeat(Math.ceil(bytes / unit.length));
      const times = growth((bytes) => run(input(bytes)));
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
});
