import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { htmlText } from '../../../src/indicators/observables/html-text.js';

describe('the text of HTML', () => {
  for (const [html, text] of [
    ['<p>One<br>two</p><div>three</div>', '\nOne\ntwo\n\nthree\n'],
    ['<p>One\r\n   two</p>', '\nOne two\n'],
    ['203.<b>0</b>.113.<span>9</span>', '203.0.113.9'],
    ['a&#64;b&period;com &lt;x&gt;', 'a@b.com <x>'],
    ['<style>p { a: b }</style>x<script>var y</script><!-- z -->w', 'xw'],
    ['<table><tr><td>a</td><td>b</td></tr></table>', '\n\na\tb\n\n'],
    ['<pre>a\n b</pre>', '\na\n b\n'],
    ['<svg><style/></svg>x<svg><style><p>y', 'x\ny'],
    ['x<![CDATA[ > y<svg><![CDATA[ > z]]>', 'x y > z'],
    ['<svg><title>x</title></svg><p></p title="><b>y">z', '\nx\n\n\nz'],
  ] as const) {
    it(`of ${JSON.stringify(html)} is what a person reads`, () => assert.equal(htmlText(html).text, text));
  }

  it('knows where in the document it stands', () => {
    const html = '<div>Hello</div><div><b>From:</b> x</div>';
    const { text, sourceOffset } = htmlText(html);
    assert.equal(html.slice(sourceOffset(text.indexOf('From'))), 'From:</b> x</div>');
    assert.equal(sourceOffset(0), 0);
  });

  it('comes of any HTML, with offsets within it', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '<p>',
      '</p>',
      '<td',
      '<script>',
      '<!--',
      '-->',
      '&amp;',
      '&#x',
      ' href="mailto:',
      '"',
      'a',
      '\n',
    );
    const html = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(html, fc.nat(200), (some, offset) => {
        const at = htmlText(some).sourceOffset(offset);
        assert.ok(at >= 0 && at <= some.length);
      }),
      { numRuns: 300 },
    );
  });
});
