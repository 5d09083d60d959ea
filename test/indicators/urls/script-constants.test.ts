import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scriptConstants } from '../../../src/indicators/urls/script-constants.js';
import { ScriptScope } from '../../../src/indicators/urls/script-scope.js';

const url = 'https://a.example/x';
const base64 = Buffer.from(url).toString('base64');
const codes = Array.from(url, (character) => character.charCodeAt(0));

const backwards = [...url].reverse().join('');
const hex = Buffer.from(url).toString('hex');
const textsOf = (script: string) => scriptConstants(script).texts;

describe('the constants of a script', () => {
  const scripts: readonly (readonly [string, string])[] = [
    ['double quotes', `go("${url}")`],
    ['single quotes', `go('${url}')`],
    ['a template', `go(\`${url}\`)`],
    ['concatenation', `x = "htt" + 'ps://' + "a.example" + /* ! */ "/x";`],
    ['concatenation over lines', `x = "htt" // begin's\n + 'ps://a.exa' +\n "mple/x"`],
    ['parentheses', `x = ("https:" + ("//" + "a.example")) + "/x"`],
    [
      'escapes',
      String.raw`x = "\x68\u0074\u{74}\160s:\/\/a.example\
/x"`,
    ],
    ['atob', `location.href = atob("${base64}")`],
    ['window.atob', `window.location = window.atob('${base64}')`],
    ['atob of pieces', `x = atob("${base64.slice(0, 7)}" + "${base64.slice(7)}")`],
    ['atob of a variable', `var data = "${base64}"; open(atob(data))`],
    ['variables', `const a = "https://", b = 'a.example'; const c = a + b + "/x"; go(c)`],
    ['a sum that grows', `let s = "https"; s += "://a.example"; s += "/x";`],
    ['atob twice', `x = atob(atob("${Buffer.from(base64).toString('base64')}"))`],
    ['unescape', `x = unescape("%68%74%74%70%73%3A//a.example%u002Fx")`],
    ['decodeURIComponent', `x = decodeURIComponent("https%3A%2F%2Fa.example%2Fx")`],
    ['fromCharCode', `x = String.fromCharCode(${codes.join(', ')})`],
    [
      'fromCharCode of hexadecimal numbers',
      `x = String.fromCharCode(${codes.map((code) => `0x${code.toString(16)}`)})`,
    ],
    ['fromCharCode.apply', `x = String.fromCharCode.apply(null, [${codes}])`],
    ['fromCharCode of a list', `x = String.fromCharCode(...[${codes}])`],
    ['fromCharCode in a sum', `x = String.fromCharCode(104) + "ttps://a.example/x"`],
    ['join', `x = ["https:", "", "a.example", "x"].join("/")`],
    ['concat', `x = "https://".concat("a.example", "/x")`],
    ['reversal', `x = "${[...url].reverse().join('')}".split("").reverse().join("")`],
    ['a template with variables', `const h = "a.example"; go(\`https://\${h}/x\`)`],
    ['a template within a template', `const h = "a.example"; go(\`https:\${\`//\${h}\`}/\${"x"}\`)`],
    ['a template behind one that is not constant', `x = \`\${y ? \`a\` : "b"}\`; go(\`https://a.example/x\`)`],
    ['String.raw', 'x = String.raw`https:\\x`; go(String.raw`https://a.example/x`)'],
    ['members of a list', 'var q = ["https://", "a.example/x"]; go(q[0] + q[1])'],
    ['members by calculated numbers', 'var q = ["/x", "https://", "a.example"]; go(q[0x3-0x2] + q[0b10] + q[2*3-6])'],
    ['members that are assigned', 'q = []; q[0] = "https://"; q[1] = "a.example/x"; go(q[0] + q[1])'],
    ['members that are pushed', 'var q = []; q.push("https:"); q.push("", "a.example", "x"); go(q.join("/"))'],
    ['members of an object', 'const o = {a: "https://", "b": "a.example", ["c"]: "/x"}; go(o.a + o["b"] + o.c)'],
    ['members of an object of an object', 'const o = {host: {name: "a.example"}}; go("https://" + o.host.name + "/x")'],
    [
      'members behind a function',
      'const o = {f: function (x) { return 1 }, a: "https://a.", b: "example/x"}; go(o.a + o.b)',
    ],
    ['members of what is unknown', 'cfg.a = "https://"; cfg.b = "a.example/x"; go(cfg.a + cfg.b)'],
    ['destructuring', 'const [p, {h}] = ["https://", {h: "a.example"}]; go(p + h + "/x")'],
    ['names of windows', 'window.h = "a.example"; go("https://" + self["h"] + "/x")'],
    ['functions by their names in brackets', `go(window["at" + "ob"]("${base64}"))`],
    ['functions under another name', `var d = atob; go(d("${base64}"))`],
    ['functions in a sequence', `go((0, window.atob)("${base64}"))`],
    ['reversal of a variable', `var x = "${backwards}"; go(x.split('').reverse().join(''))`],
    ['reversal by spreading', `go([...'${backwards}'].reverse().join(''))`],
    ['reversal by Array.from', `go(Array.from("${backwards}").reverse().join(""))`],
    ['reversal in a function', `const r = (s) => s.split("").reverse().join(""); go(r("${backwards}"))`],
    [
      'a function that is declared later',
      `go(r("${backwards}")); function r(s) { return s.split("").reverse().join("") }`,
    ],
    [
      'variables that are declared later',
      'function go() { location = a + b } var a = "https://a.", b = "example/x"; go()',
    ],
    ['replace', `go("hQQttps:QQ//a.example/xQQ".replace(/QQ/g, ""))`],
    ['replace of a class', 'go("h~t^tps:~//a.ex^ample/x".replace(/[~^]+/g, ""))'],
    ['replace by a constant', 'var s = "hxxps://a[.]example/x"; go(s.replace("xx", "tt").replace(/\\[\\.\\]/, "."))'],
    ['replaceAll', 'go("h-t-tps://a.example/x".replaceAll("-", ""))'],
    ['split and join', 'go("h#t#tps://a.e#xample/x".split("#").join(""))'],
    ['slice, substr and substring', 'go("__https://".slice(2) + "..a.example".substr(2) + "/x??".substring(0, 2))'],
    ['lower case and trimming', 'go(" HTTPS://A.EXAMPLE/X ".trim().toLowerCase())'],
    ['repetition', 'go("https:" + "/".repeat(2) + "a.example/x")'],
    ['characters by their positions', 'var k = "htps:/a.exmlx"; go(k[0]+k[1]+k.charAt(1)+"ps://a.example/x")'],
    ['numbers by fromCharCode and map', `go([${codes}].map(c => String.fromCharCode(c)).join(""))`],
    ['numbers by a function', `go([${codes}].map(function (c) { return String.fromCharCode(c) }).join(""))`],
    ['numbers in a variable', `var n = [${codes}]; go(String.fromCharCode.apply(null, n))`],
    ['numbers that are spread', `var n = [${codes}]; go(String.fromCharCode(...n))`],
    ['numbers that are added up', `go([${codes}].reduce((s, c) => s + String.fromCharCode(c), ""))`],
    [
      'numbers in a loop',
      `var n = [${codes}], s = ""; for (var i = 0; i < n.length; i++) s += String.fromCharCode(n[i])`,
    ],
    ['numbers as bytes', `go(new TextDecoder("utf-8").decode(new Uint8Array([${codes}])))`],
    ['numbers in a Blob', `new Blob([new Uint8Array([${codes}])], {type: "text/plain"})`],
    ['numbers in a text', `go("${codes}".split(",").map(Number).map(c => String.fromCharCode(c)).join(""))`],
    [
      'hexadecimal numbers in texts',
      `go("${hex}".match(/.{2}/g).map(h => String.fromCharCode(parseInt(h, 16))).join(""))`,
    ],
    ['numbers under a key', `go([${codes.map((code) => code ^ 77)}].map(c => String.fromCharCode(c ^ 77)).join(""))`],
    [
      'numbers under a key in a loop',
      `var n = [${codes.map((code) => code ^ 77)}]; for (;;) s += String.fromCharCode(n[i] ^ k)`,
    ],
    [
      'numbers that are shifted',
      `go([${codes.map((code) => code + 7)}].map(c => String.fromCharCode(c - 7)).join(""))`,
    ],
    ['numbers that are shifted in a loop', `var n = [${codes.map((code) => code + 7)}]; for (;;) f(n[i] - 7)`],
    [
      'numbers under a long key',
      `var k = "key"; go([${codes.map((code, at) => code ^ 'key'.charCodeAt(at % 3))}].map((c, i) => String.fromCharCode(c ^ k.charCodeAt(i % k.length))).join(""))`,
    ],
    ['atob of a joined variable', `var p = ["${base64.slice(0, 9)}", "${base64.slice(9)}"]; go(atob(p.join("")))`],
    ['atob, escape and decodeURIComponent', `go(decodeURIComponent(escape(atob("${base64}"))))`],
    ['atob of a text in another order', `go(atob("${[...base64].reverse().join('')}".split("").reverse().join("")))`],
    ['texts of an object that JSON holds', `x = {"a": {"b": ["${url}"]}}`],
    ['behind what is not closed', `x = [1, {a: "b", (("c" ; go("${url}")`],
    ['behind a template that is not closed', `go("${url}"); x = \`https://`],
    ['in a function that nobody calls', `const f = () => "${url}"; $(function () { return location = "${url}" })`],
    ['in both branches', `go(c ? "b" : "https://a." + "example/x")`],
    ['by a member that nobody knows', `go(["x", "${url}"][Math.floor(y)])`],
    ['in an argument of what nobody knows', `a.b("c")["d"](1, {e: [f("https:" + "//a.example/x")]})`],
    ['in several scripts of numbers with blanks', `String.fromCharCode.apply(null, [\n${codes.join(' ,\n ')},\n])`],
    ['JSON', `{"@type": "ViewAction", "url": "${url}"}`],
    ['behind a regular expression with a quote', `s.replace(/["']/g, ''); x = "${url}"`],
    ['behind an apostrophe that is none', `it's broken\nx = "${url}"`],
  ];
  for (const [what, script] of scripts)
    it(`are found: ${what}`, () => assert.ok(textsOf(script).includes(url), textsOf(script).join('\n')));

  it('end where something is not constant', () => {
    assert.deepEqual(textsOf('x = "https://a.example/?u=" + user + "&v=1"'), ['https://a.example/?u=', '&v=1']);
    assert.deepEqual(textsOf('x = `https://a.example/' + '$' + '{user}/x`'), ['https://a.example/']);
  });

  it('are not pieces of longer ones', () => {
    const pieces = 'var p = "https://login", q = ["https://a", ".example"]; p += ".a.example/"; go(p, q[0] + q[1])';
    assert.deepEqual(
      textsOf(pieces).filter((text) => /^https:/.test(text)),
      ['https://login.a.example/', 'https://a.example'],
    );
    assert.deepEqual(textsOf('go("https://login." + user)'), ['https://']);
    assert.deepEqual(textsOf('x = "https://login"; x += user'), ['https://']);
  });

  it('are not made of parameters that nobody knows', () => {
    const script = 'var t = "abc"; function f(t) { if (x) y("https://a.example/" + t) } go("https://b.example/" + t)';
    assert.deepEqual(textsOf(script), ['https://a.example/', 'https://b.example/abc']);
  });

  it('are known to the next script of a document', () => {
    const scope = new ScriptScope(100);
    scriptConstants('var a = "https://";', scope);
    assert.ok(scriptConstants('go(a + "a.example/x")', scope).texts.includes(url));
  });

  it('are code where the script would run them', () => {
    const codeOf = (script: string) => scriptConstants(script).code;
    assert.deepEqual(codeOf('eval("a" + "()")'), ['a()']);
    assert.deepEqual(codeOf('setTimeout("a()", 5); window.setInterval(\'b()\', 5)'), ['a()', 'b()']);
    assert.deepEqual(codeOf('new Function("x", "a(x)")(1); (0, eval)(unescape("b%28%29"))'), ['a(x)', 'b()']);
    assert.deepEqual(codeOf('setTimeout(function () { return "a()" }, 5)'), []);
  });

  it('are one page where they are written piece by piece', () => {
    const script = 'document.write("<a href=\'htt"); x(); document.writeln("ps://a.example/x\'>")';
    assert.deepEqual(textsOf(script), ["<a href='https://a.example/x'>"]);
  });

  it('are not what stands in comments', () => {
    assert.deepEqual(textsOf('// "https://a.example/"\n/* "https://b.example/" */ x()'), []);
  });

  it('do not double for ever', () => {
    const script = `a = "${'x'.repeat(1000)}";${'a = a + a;'.repeat(200)}`;
    const total = textsOf(script).reduce((sum, constant) => sum + constant.length, 0);
    assert.ok(total < 16 * 1024 * 1024, `${total}`);
  });

  it('do not grow by functions that call each other', () => {
    const calls = Array.from({ length: 30 }, (_, at) => `var f${at + 1} = x => f${at}(x) + f${at}(x);`).join('');
    const found = textsOf(`var f0 = x => x + x + x; ${calls} go(f30("abcdefgh")); go("${url}")`);
    assert.ok(found.includes(url));
    assert.ok(found.join('').length < 16 * 1024 * 1024);
  });

  it('do not grow by replacing, repeating, splitting and spreading', () => {
    const script = `a = "${'x'.repeat(1000)}"; ${'a = a.replace(/x/g, "$&$&"); a = a.repeat(9); a = [...a, ...a].join(a); a = a.split("").join("xx"); a = a.replaceAll("x", a); l = []; l = l.concat(l, [a, a]);'.repeat(20)} go("${url}")`;
    const found = textsOf(script);
    assert.ok(found.includes(url));
    assert.ok(found.join('').length < 64 * 1024 * 1024);
  });

  it('are found behind names that every object has, and braces that were not opened', () => {
    const script = 'hasOwnProperty("a"); "a".constructor("b"); o = {__proto__: "c"}; q["__proto__"] = 1; } } f(a) }';
    assert.ok(textsOf(`${script} x => y; go("${url}")`).includes(url));
  });

  it('may hold themselves', () => {
    assert.ok(textsOf(`a = []; a.push(a); a[1] = a; o = {}; o.o = o; o.l = a; x = a + ""; go("${url}")`).includes(url));
  });

  it('are read from anything', () => {
    const pieces = fc.constantFrom(
      '"',
      "'",
      '`',
      '+',
      '(',
      ')',
      '[',
      ']',
      'atob(',
      'String.fromCharCode(',
      '\\',
      '\n',
      '//',
      '/*',
      '=',
      'a',
      '.join(',
      '1,2',
      '${',
      '{',
      '}',
      '=>',
      'function',
      'return ',
      '.map(',
      '...',
      '.replace(/',
      '"ab"',
      'a[0]',
      '^',
      ';',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }), (parts) => {
        textsOf(parts.join(''));
      }),
    );
  });
});
