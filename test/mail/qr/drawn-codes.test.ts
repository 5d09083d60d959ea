import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blockImages, mayHoldBlocks } from '../../../src/mail/qr/block-text.js';
import { cellImages, mayHoldCells } from '../../../src/mail/qr/cell-images.js';
import { codesIn } from '../../support/codes-in.js';
import { inverted } from '../../support/distortions.js';
import { charactersFor, darkModules, halfBlocks, mergedTableOf, padded, tableOf } from '../../support/drawn-codes.js';
import { gifOf, modulesOf, pngOf, qrImage } from '../../support/qr-images.js';

const target = 'https://evil.example/drawn';
const found = [`qr 1 ${target}`];

describe('a code drawn with characters', () => {
  it('is found in half blocks, also upside down in colour, indented and quoted', async () => {
    const modules = await modulesOf(target);
    const drawing = halfBlocks(modules);
    const light = halfBlocks(
      padded(modules, 4).map((row) => row.map((dark) => !dark)),
      0,
    );
    for (const [what, text] of [
      ['plain', `Please scan:\n\n${drawing}\n\nThank you`],
      ['light on dark', light],
      ['indented', drawing.replaceAll(/^/gm, '      ')],
      ['quoted', drawing.replaceAll(/^/gm, '> ')],
      ['with CRLF', drawing.replaceAll('\n', '\r\n')],
      ['without trailing blanks', drawing.replaceAll(/ +$/gm, '')],
    ] as const) {
      assert.deepEqual((await codesIn(text, 'text')).urls, found, what);
    }
  });

  for (const [dark, light] of [
    ['██', '  '],
    ['##', '  '],
    ['▓▓', '░░'],
    ['⬛', '⬜'],
    ['■', '□'],
  ] as const) {
    it(`is found in ${dark} and ${light}`, async () => {
      assert.deepEqual((await codesIn(charactersFor(await modulesOf(target), dark, light), 'text')).urls, found);
    });
  }

  it('is found in HTML: preformatted, by line breaks and by elements', async () => {
    const modules = await modulesOf(target);
    const drawing = halfBlocks(modules);
    const hard = drawing.replaceAll(' ', '&nbsp;');
    for (const html of [
      `<p>Scan</p><pre style="line-height:1">${drawing}</pre><p>x</p>`,
      `<p>${hard.replaceAll('\n', '<br>\n')}</p>`,
      hard
        .split('\n')
        .map((line) => `<div>${line}</div>`)
        .join('\n'),
    ]) {
      assert.deepEqual((await codesIn(html, 'html')).urls, found, html.slice(0, 40));
    }
  });

  it('is not sought in text without such characters', () => {
    assert.equal(mayHoldBlocks('An ordinary text. #1 ## heading\n'.repeat(1000)), false);
  });

  it('costs time linear in the text', () => {
    for (const unit of ['█', '█\n', '> ', '█ x\n', '▀▄\n\n\n', '#'.repeat(100)]) {
      const time = (chars: number) => {
        const text = unit.repeat(Math.ceil(chars / unit.length));
        const started = process.cpuUsage();
        blockImages(text, 20);
        return process.cpuUsage(started).user / 1000;
      };
      time(100_000);
      assert.ok(time(2_000_000) < time(200_000) * 40 + 1000, unit);
    }
  });
});

describe('a code drawn with elements', () => {
  const tables: readonly (readonly [string, (dark: boolean) => string])[] = [
    ['bgcolor', (dark) => `<td width="4" height="4" bgcolor="${dark ? '#000000' : '#FFFFFF'}"></td>`],
    ['a name of a colour', (dark) => `<TD BGCOLOR=${dark ? 'black' : 'white'} WIDTH=5 HEIGHT=5>&nbsp;</TD>`],
    ['a style', (dark) => `<td style="width:4px;height:4px;background-color:${dark ? '#111' : '#fff'}"></td>`],
    ['rgb', (dark) => `<td style='background: rgb(${dark ? '20, 20, 60' : '255, 255, 255'}); padding:0'></td>`],
    ['only the dark ones coloured', (dark) => (dark ? '<td style="background:#000;height:6px"></td>' : '<td></td>')],
    ['classes', (dark) => `<td class="${dark ? 'b' : 'w'}"></td>`],
  ];
  for (const [what, cell] of tables) {
    it(`is found in cells of a table: ${what}`, async () => {
      const style = '<style>.b{background:#000;width:4px;height:4px}.w{background:#fff}</style>';
      const html = `${style}<table><tr><td>Scan</td></tr><tr><td>${tableOf(await modulesOf(target), cell)}</td></tr></table>`;
      assert.deepEqual((await codesIn(html, 'html')).urls, found);
    });
  }

  it('is found where neighbours share a cell, by columns or by width', async () => {
    const modules = padded(await modulesOf(target), 1);
    const colour = (dark: boolean) => (dark ? '#000' : '#fff');
    const spanned = mergedTableOf(
      modules,
      (dark, count) => `<td colspan="${count}" bgcolor="${colour(dark)}" height="4"></td>`,
    );
    assert.deepEqual((await codesIn(spanned, 'html')).urls, found);
    const wide = mergedTableOf(
      modules,
      (dark, count) => `<td style="width:${count * 4}px;height:4px;background:${colour(dark)}"></td>`,
    );
    assert.deepEqual((await codesIn(wide, 'html')).urls, found);
    const ownTables = wide.replaceAll('<tr>', '<table><tr>').replaceAll('</tr>', '</tr></table>');
    assert.deepEqual((await codesIn(ownTables, 'html')).urls, found);
  });

  it('is found in rows of blocks', async () => {
    const block = (dark: boolean) =>
      `<span style="display:inline-block;width:4px;height:4px;background:${dark ? '#000' : '#fff'}"></span>`;
    const modules = await modulesOf(target);
    const rows = modules.map((row) => `<div style="font-size:0">${row.map(block).join('')}</div>`);
    assert.deepEqual((await codesIn(rows.join('\n'), 'html')).urls, found);
    const floats = modules.map((row) =>
      row
        .map((dark) => `<div style="float:left;width:4px;height:4px;background:${dark ? '#000' : '#fff'}"></div>`)
        .join(''),
    );
    assert.deepEqual((await codesIn(floats.join('<br style="clear:both">'), 'html')).urls, found);
  });

  it('is found in blocks that float, and go on in the next row where there is no more room', async () => {
    const modules = padded(await modulesOf(target), 2);
    const block = (dark: boolean) =>
      `<i style="float:left;width:4px;height:4px;background:${dark ? '#000' : '#fff'}"></i>`;
    const blocks = modules.flatMap((row) => row.map(block)).join('');
    const width = modules.length * 4;
    const merged = mergedTableOf(
      modules,
      (dark, count) =>
        `<i style="float:left;width:${count * 4}px;height:4px;background:${dark ? '#000' : '#fff'}"></i>`,
    ).replaceAll(/<\/?(?:table|tr)>/g, '');
    const byClass = modules.flatMap((row) => row.map((dark) => `<b class=${dark ? 'd' : 'l'}></b>`)).join('');
    const sheet =
      '<style>b{float:left}.d,.l{} .d{width:2px;height:2px;background:#000}.l{width:2px;height:2px;background:#fff}</style>';
    for (const [what, html] of [
      ['in a frame with a width', `<div style="width:${width}px">${blocks}</div>`],
      [
        'in a frame of a style sheet, as small as a cell',
        `${sheet}<div style="width:${modules.length * 2}px">${byClass}</div>`,
      ],
      ['in a white frame', `${sheet}<div style="background:#fff;width:${modules.length * 2}px">${byClass}</div>`],
      ['of which neighbours of one colour are one', `<div style="width:${width}px">${merged}</div>`],
      ['in a frame of any width', `<div>${blocks}</div>`],
      [
        'that clear the row before',
        modules.map((row) => row.map(block).join('').replace('float', 'clear:left;float')).join(''),
      ],
    ] as const)
      assert.deepEqual((await codesIn(html, 'html')).urls, found, what);
  });

  it('is found in blocks that stand where their style says', async () => {
    const modules = await modulesOf(target);
    const placed = (unit: string, size: number, more = '') =>
      darkModules(
        modules,
        (x, y) =>
          `<div style="position:absolute;left:${x * size}${unit};top:${y * size}${unit};width:${size}${unit};height:${size}${unit};background:#000${more}"></div>`,
      );
    const inverse = darkModules(
      modules.map((row) => row.map((dark) => !dark)),
      (x, y) => `<p style="position:absolute;top:${y}px;left:${x}px;width:1px;height:1px;background:#fff"></p>`,
    );
    const paper = `<div style="position:absolute;left:4px;top:4px;width:${modules.length}px;height:${modules.length}px;background:black"></div>`;
    assert.deepEqual((await codesIn(`<div style="position:relative">${placed('px', 3)}</div>`, 'html')).urls, found);
    assert.deepEqual((await codesIn(placed('em', 0.25), 'html')).urls, found);
    assert.deepEqual((await codesIn(placed('%', 1.5, ';color:red'), 'html')).urls, found);
    assert.deepEqual((await codesIn(paper + inverse, 'html')).urls, found);
  });

  it('is not sought in ordinary HTML', () => {
    const letter = `<table>${'<tr><td style="background:#eee">x</td></tr>'.repeat(40)}</table>`;
    assert.equal(mayHoldCells(letter), false);
    assert.deepEqual(cellImages(`<table>${'<tr><td>1</td><td>2</td><td>3</td></tr>'.repeat(500)}</table>`, 5), []);
  });

  it('costs time linear in the document', () => {
    for (const unit of [
      '<td bgcolor=#000>',
      '<tr><td><td><td>',
      '<div style="width:4px;background:#000">',
      '<i style="float:left;width:4px;background:#000"></i>',
      '<p style="position:absolute;left:9px;width:99px;height:99px;background:#000">',
      '<style>.a{b}',
    ]) {
      const time = (chars: number) => {
        const html = unit.repeat(Math.ceil(chars / unit.length));
        const started = process.cpuUsage();
        cellImages(html, 20);
        return process.cpuUsage(started).user / 1000;
      };
      time(50_000);
      assert.ok(time(1_000_000) < time(100_000) * 40 + 1000, unit);
    }
  });
});

describe('a code in a data: URL', () => {
  it('is found in base64 and in percent-encoding, once for the same image', async () => {
    const png = pngOf(await qrImage(target));
    const escaped = [...png].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    for (const link of [
      `data:image/png;base64,${png.toString('base64')}`,
      `data:image/png;base64,\n${(png.toString('base64').match(/.{1,76}/g) ?? []).join('\n')}`,
      `data:image/gif;base64,${gifOf([inverted(await qrImage(target))]).toString('base64')}`,
      `data:image/png,${escaped}`,
    ]) {
      const html = `<img src="${link}"><img src="${link}">`;
      assert.deepEqual((await codesIn(html, 'html')).urls, found, link.slice(0, 30));
    }
  });

  it('is read within a limit, which is said', async () => {
    const images = Array.from(
      { length: 70 },
      (_, index) => `<img src="data:image/png;base64,${'A'.repeat(200)}${index}">`,
    );
    const { findings } = await codesIn(images.join(''), 'html');
    assert.ok(findings.includes('images-cut'));
  });
});
