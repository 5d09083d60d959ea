import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { htmlText } from '../../../src/indicators/observables/html-text.js';
import { growth } from '../../support/processor-time.js';

function seen(html: string): string {
  return htmlText(html).text.replaceAll(/\s+/g, ' ').trim();
}

describe('what a style hides', () => {
  for (const style of [
    'display:none',
    'DISPLAY : NONE !important; display:block',
    'display:/**/none',
    'd\\69splay:none',
    'display:block;display:none',
    'visibility:hidden',
    'opacity:0',
    'font-size:0',
    'font-size:1px;line-height:1px',
    'max-height:0;overflow:hidden',
    'height:0px;width:0px;overflow:hidden',
    'position:absolute;left:-9999px',
    'text-indent:-5000em',
    'color:transparent',
    'color:rgba(0, 0, 0, 0)',
    'color:#fff',
    'background:#000;color:black',
    'transform:scale(0)',
  ])
    it(`is not read where it is "${style}"`, () => {
      assert.equal(seen(`<p>a</p><div style="${style}">b<p>c</div><p>d</p>`), 'a d');
    });

  for (const [html, text] of [
    ['<div hidden>a</div>b', 'b'],
    ['<font color="#ffffff">a</font>b', 'b'],
    ['<style>.x{color:red}.x, .y { display:none }</style><i class="y z">a</i>b', 'b'],
    ['<i id="q">a</i>b<style>i#q{display:none}</style>', 'b'],
    ['<p style="display:none">a<p>b', 'b'],
    ['<table><tr style="display:none"><td>a<tr><td>b</table>', 'b'],
    ['<ul><li style="display:none">a<ul><li>b</ul>c<li>d</ul>', 'd'],
    ['<div><span style="display:none">a</div>b', 'b'],
    ['<div style="display:none"></span>a</div>b', 'b'],
    ['<div><b style="display:none">a</div>b</b>c', 'c'],
    ['<div style="display:none">a<div>b</div>c</div>d', 'd'],
    ['<body style="display:none">a</body>', ''],
    ['<div style="font-size:0">a<i style="font-size:9px">b</i>c</div>d', 'bd'],
    ['<div style="font-size:0"><i style="font-size:2em">a</i></div>b', 'b'],
    ['<div style="display:none"><p style="display:block;font-size:9px;color:red">a</p>b</div>c', 'c'],
    ['<div style="font-size:0;visibility:hidden"><i style="font-size:9px">a</i></div>b', 'b'],
    ['<b style="font-size:0">a<u style="font-size:9px">b<b>c</b></u>d</b>e', 'bce'],
    ['<style>#y{display:none}.x{display:block}</style><p class="x" id="y">a</p>b', 'b'],
    ['<br style="display:none">a', 'a'],
    ['a<span style="display:none"><br>x<br></span>b', 'ab'],
  ] as const)
    it(`ends where its element ends: ${html}`, () => assert.equal(seen(html), text));

  for (const html of [
    '<div style="display:none;display:block">a</div>',
    '<p style="font-size:0.9em">a</p>',
    '<table><tr><td style="font-size:0px;padding:20px 0"><div style="font-size:13px">a</div></td></tr></table>',
    '<td style="font-size:0"><p style="font:14px/1.5 Arial">a</p></td>',
    '<div style="color:inherit;background-color:inherit">a</div>',
    '<div style="visibility:hidden"><b style="visibility:visible">a</b></div>',
    '<div style="color:white"><p style="color:black">a</p></div>',
    '<body style="color:#ffffff"><table bgcolor="#000000"><tr><td>a</td></tr></table>',
    '<body text="white" style="color:#fff" background="x.png">a',
    '<div style="clip:rect(0px,600px,400px,0px)">a</div>',
    '<div style="margin-left:-100px;padding-left:120px">a</div>',
    '<div style="left:-9999px">a</div>',
    '<style>.x{display:none}p.x{display:block}</style><p class="x">a</p>',
    '<style>.x{display:none}.y{display:block}</style><p class="x y">a</p>',
    '<style>td{font-size:0}</style><td style="font-size:12px">a</td>',
    '<div style="font-size:10px;overflow:hidden;max-height:100px;opacity:0.9">a</div>',
    '<div style="background:#000"><span style="color:#fff">a</span></div>',
    '<td bgcolor="navy"><font color="white">a</font></td>',
    '<style>@media (max-width:600px){.x{display:none}.x{opacity:0}}</style><p class="x">a</p>',
    '<style>.x{display:none}</style><p class="x" style="display:block">a</p>',
    '<style>.x b{display:none}.x{color:red}</style><p class="x">a</p>',
    '<div style="mso-line-height-rule:exactly;margin-left:-1px">a</div>',
  ])
    it(`is no more than that: ${html}`, () => assert.equal(seen(html), 'a'));

  it('is there with all the rest where that is asked for', () => {
    const html = '<div style="display:none">a</div>b';
    assert.equal(htmlText(html, true).text.trim(), 'a\nb');
    assert.deepEqual([htmlText(html).leftOut, htmlText(html, true).leftOut], [true, false]);
    assert.equal(htmlText('<div style="display:none"> </div>b').leftOut, false);
  });

  for (const [what, unit] of [
    ['hidden elements within each other', '<div style="display:none">'],
    ['style sheets without end', '<style '],
    ['rules without end', '<style>.a{'],
    ['blanks before a mark', `<p style="color:${' '.repeat(3000)}!x">`],
    ['paragraphs that end each other', '<p style="opacity:0">a'],
  ] as const)
    it(`is told in linear time of ${what}`, () => {
      const html = (chars: number) => unit.repeat(Math.ceil(chars / unit.length));
      assert.ok(growth((chars) => void htmlText(html(chars))) < 64);
    });
});
