import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { processorTime } from '../support/processor-time.js';

const url = 'https://login.evil.example/x';
const page = `<html><form action="${url}"></form></html>`;

function inScript(script: string): UrlList {
  const list = new UrlList();
  addHtmlUrls(`<script>${script}</script>`, list);
  return list;
}

const found = (script: string) => inScript(script).urls.map((one) => one.url);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const codes = (text: string, change = (code: number) => code) => [...Buffer.from(text)].map(change).join(',');
const quoted = (text: string) => JSON.stringify(text);

describe('the URLs of a script', () => {
  const hidden: readonly (readonly [string, string])[] = [
    ['a scheme-relative address', 'location = "//login.evil.example/x"'],
    ['a scheme-relative address behind the protocol', 'location = location.protocol + "//login.evil.example/x"'],
    ['backslashes', String.raw`location = "https:\\\\login.evil.example\\x"`],
    ['one slash', 'location = "https:/" + "login.evil.example/x"'],
    ['code in eval', `eval("location='https:'+'//login.evil.example/x'")`],
    ['code in eval of unescape', `eval(unescape("${encodeURIComponent("go('https:'+'//login.evil.example/x')")}"))`],
    ['code in eval of atob', `eval(atob("${base64("a='https://';go(a+'login.evil.example/x')")}"))`],
    ['code in Function', `Function("return 'https:'+'//login.evil.example/x'")()`],
    ['code in setTimeout', `setTimeout("var h='//login.evil.example/x';location='https:'+h", 9)`],
    ['code in code', `eval("eval(\\"go('https:'+'//login.evil.example/x')\\")")`],
    ['code that something unknown runs', `run("go('https:'+'//login.evil.example/x')")`],
    ['a javascript: address', `location = "javascript:go('https://login.'+'evil.example/x')"`],
    ['a script in data:', `s.src = "data:text/javascript;base64,${base64("go('https:'+'//login.evil.example/x')")}"`],
    ['a page in data:', `location = "data:text/html;base64,${base64(page)}"`],
    ['a page in data: in pieces', `location = "data:text/html;" + "base64," + "${base64(page)}"`],
    [
      'a page that is written in pieces',
      `document.write("<a href='ht"); document.write("tps://login.evil.example/x'>a</a>")`,
    ],
    [
      'a page with a script that builds the address',
      `document.write("<script>go('https:'+'//login.evil.example/x')<\\/script>")`,
    ],
    ['a tag that is not complete', `document.write("<a href='https://login.evil.example/x?" + user + "'>")`],
    ['a page of numbers in a loop', `var b = [${codes(page)}]; for (i = 0; i < b.length; i++) s += f(b[i])`],
    ['a page of numbers under a key', `var b = [${codes(page, (code) => code ^ 90)}]; f(b)`],
    ['a page of numbers in a Blob', `new Blob([new Uint8Array([${codes(page)}])], {type: "text/html"})`],
    ['a page of pieces in a Blob', `new Blob(["<a href='https:", "//login.evil.example/x'>", "</a>"])`],
    ['numbers in a text', `d("${codes(url)}")`],
    ['a page in hexadecimal', `d("${hex(page)}")`],
    ['hexadecimal with escapes', `d("${hex(url).replaceAll(/../g, String.raw`\\x$&`)}")`],
    [
      'hexadecimal under a key',
      `d("${Buffer.from(url.split('').map((letter) => letter.charCodeAt(0) ^ 19)).toString('hex')}")`,
    ],
    [
      'Base64 under a key',
      `d("${Buffer.from(page.split('').map((letter) => letter.charCodeAt(0) ^ 7)).toString('base64')}")`,
    ],
    ['Base64 of a page that begins with blanks', `d("${base64(`\n \t${page}`)}")`],
    [
      'Base64 of a page in capital letters',
      `d("${base64(page.replaceAll(/html|form /g, (tag) => tag.toUpperCase()))}")`,
    ],
    ['Base64 of Base64', `d("${base64(base64(url))}")`],
    ['Base64 of a percent-encoded page', `d("${base64(encodeURIComponent(page))}")`],
    ['Base64 that is written backwards', `d("${[...base64(url)].reverse().join('')}")`],
    ['an address that is written backwards', `d("${[...url].reverse().join('')}")`],
    ['a page in percent-encoding', `d("${encodeURIComponent(page)}")`],
    ['an address all of whose characters are percent-encoded', `d("${hex(url).replaceAll(/../g, '%$&')}")`],
    [
      'letters that are shifted',
      `d(${quoted([...url].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 1)).join(''))})`,
    ],
  ];
  for (const [what, script] of hidden)
    it(`are found in ${what}`, () => {
      const [first] = found(script).map((one) => one.replace(/^http:/, 'https:').replace(/\?$/, ''));
      assert.equal(first, url);
    });

  const kept: readonly (readonly [string, string])[] = [
    ['a data attribute', `<div data-p="${base64(url)}">`],
    ['a data attribute, as a page', `<div data-p="${base64(page)}">`],
    ['a hidden field', `<input type=hidden id=p value="${hex(page)}">`],
    ['a comment', `<!-- ${base64(page)} -->`],
    ['a script that is none', `<script type="text/plain" id=p>${base64(page)}</script>`],
  ];
  for (const [where, html] of kept)
    it(`are found in ${where}`, () => {
      const list = new UrlList();
      addHtmlUrls(html, list);
      assert.deepEqual(
        list.urls.map((one) => one.url),
        [url],
      );
    });

  it('are not what attributes, fields and comments hold as it is', () => {
    const list = new UrlList();
    addHtmlUrls(
      `<!-- ${url} ${page} --><!--${page}--><p data-p="${url}"><input value="PHONENUMBERFIELD${page}">`,
      list,
    );
    assert.deepEqual(list.urls, []);
  });

  it('are found where two scripts share a variable', () => {
    const list = new UrlList();
    addHtmlUrls('<script>var h = "https://login.evil"</script><body onload="location = h + \'.example/x\'">', list);
    assert.deepEqual(
      list.urls.map((one) => one.url),
      [url],
    );
  });

  it('are no hosts whose end is not known, no vocabulary and no garbage', () => {
    assert.deepEqual(found('go("https://login." + host); x = "http://www.w3.org/2000/svg"'), []);
    assert.deepEqual(found('x = "//comment"; y = "// a.example"; z = "a//b.example/c"; r = /\\/\\/a.example\\//'), []);
    const random =
      'PHONENUMBERFIELD aHR0aHR0aHR0 deadbeefdeadbeefdeadbeef 1l-class-name 12,34,56,78,90,12,34,56,78,90,11,12';
    assert.deepEqual(
      found(
        random
          .split(' ')
          .map((text) => `f("${text}");`)
          .join(''),
      ),
      [],
    );
  });

  it('are no longer put together where scripts make too much, which is said', () => {
    const list = inScript(`a = "aaaaaaaa";${'a = a + a; a = a.slice(1);'.repeat(500)} x = "${url}"`);
    assert.ok(list.findings.has('text-cut'));
    assert.deepEqual(
      list.urls.map((one) => one.url),
      [url],
    );
  });

  it('are found around scripts that are made to take long', () => {
    const bombs = [
      'a += "b";'.repeat(40_000),
      `var a = "aaaa"; ${'a += a;'.repeat(40_000)}`,
      `"${'a'.repeat(150_000)}"${'.split("").reverse().join("")'.repeat(5_000)}`,
      `var f = x => f(x) + f(x); ${'f("abcd");'.repeat(30_000)}`,
      'o.hasOwnProperty("a"); valueOf("a"); __proto__("x"); toLocaleString("a"); constructor("a")',
    ];
    for (const bomb of bombs) {
      const list = new UrlList();
      const milliseconds =
        processorTime(() => addHtmlUrls(`<script>${bomb}</script><a href="${url}">a</a>`, list)) / 1000;
      assert.deepEqual(
        list.urls.map((one) => one.url),
        [url],
      );
      assert.ok(milliseconds < 3000, `${milliseconds} ms`);
      assert.ok(!list.findings.has('parser-failed'));
    }
  });

  it('share the time of one mail, however many documents it has', () => {
    const list = new UrlList();
    const bomb = 'var f = x => f(x) + f(x); f("abcd");'.repeat(30);
    for (let document = 0; document < 1000; document++) addHtmlUrls(`<script>${bomb}</script>`, list);
    assert.ok(list.scriptWork.left <= 0);
    addHtmlUrls(`<script>go('${url}')</script>`, list);
    assert.deepEqual(
      list.urls.map((one) => one.url),
      [url],
    );
    assert.ok(list.findings.has('text-cut'));
  });

  it('in code within code are found four deep, and a finding says that there was more', () => {
    let script = `go("https:" + "//login.evil.example/x")`;
    for (let depth = 0; depth < 4; depth++) script = `eval(${quoted(script)})`;
    assert.deepEqual(found(script), [url]);
    const list = inScript(`eval(${quoted(script)})`);
    assert.ok(list.findings.has('depth-cut'));
  });
});
