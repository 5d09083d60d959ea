import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cssUrls } from '../../../src/indicators/urls/css-urls.js';

describe('a style sheet loads', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a{background:url(x)}', ['x']],
    [`a{background:URL( "x y" ), url('z')}`, ['x y', 'z']],
    ['@import "x"; @import url(y);', ['x', 'y']],
    ['@import/* a*b */"x"', ['x']],
    [`/*${' '.repeat(2000)}*/@import/*${'-'.repeat(2000)}*/'x'`, ['x']],
    ['a{b:"/*"} @import "x"', ['x']],
    ['a{b:url("x/*y")} c{d:"*/"}', ['x/*y']],
    ['u\\72l(x) \\75\\52 L("y") @\\69mport "z"', ['x', 'y', 'z']],
    ['url("https\\3a //a\\2f b") url(c\\29 d)', ['https://a/b', 'c)d']],
    ['a{background:image-set("x" 1x, url(y) 2x, "z" 3x)}', ['x', 'y', 'z']],
    ['a{background:-webkit-image-set("x" 1x);cursor:src("y")}', ['x', 'y']],
    ['url("x\\\ny")', ['xy']],
    ['url("x', ['x']],
    ['@namespace svg url(x); a{b:url(y)}', ['y']],
    ['a{content:"url(x)"} /* url(y) */ a{url:x}', []],
  ];
  for (const [css, urls] of cases)
    it(`${JSON.stringify(urls)} by ${css.slice(0, 60)}`, () => assert.deepEqual(cssUrls(css), urls));

  it('what it loads, told in time that grows with its length', () => {
    for (const unit of ['url(', '/*', '"', "'", '\\', '(', '@import "', 'image-set("', 'a', 'url(\\'])
      for (const before of ['', 'url(x)']) {
        const startMs = performance.now();
        cssUrls(before + unit.repeat(400_000 / unit.length));
        assert.ok(performance.now() - startMs < 2000, unit);
      }
  });
});
