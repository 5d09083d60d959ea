import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { svgBudget, svgImages } from '../../../src/mail/qr/svg-images.js';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import { codesIn } from '../../support/codes-in.js';
import { darkModules, svgOf } from '../../support/drawn-codes.js';
import { extract } from '../../support/extraction.js';
import { growth } from '../../support/processor-time.js';
import { modulesOf } from '../../support/qr-images.js';

const target = 'https://evil.example/svg';
const modules = await modulesOf(target);
const squares = darkModules(modules, (x, y) => `M${x},${y}h1v1h-1z`);
const rects = darkModules(modules, (x, y) => `<rect x="${x}" y="${y}" width="1" height="1"/>`);
const side = modules.length + 8;
/** Where the large squares stand that a code is found by. */
const isCorner = (x: number, y: number) => (x < 11 && (y < 11 || y >= side - 11)) || (x >= side - 11 && y < 11);

const drawings: Readonly<Record<string, string>> = {
  'rectangles on white': svgOf(modules, `<rect width="100%" height="100%" fill="#fff"/>${rects}`),
  'rectangles of a group that is moved, turned and coloured': svgOf(
    modules,
    `<g transform="rotate(90 ${side / 2} ${side / 2})"><g fill="#123" transform="translate(2,2) scale(.9)">${rects}</g></g>`,
  ),
  'light rectangles on dark': svgOf(modules, `<rect width="99" height="99" fill="#002"/><g fill="white">${rects}</g>`),
  'rectangles by a class': svgOf(
    modules,
    `<style>.a{fill:none}.b{fill:#000}</style><g class="a">${rects.replaceAll('<rect', '<rect class="b"')}</g>`,
  ),
  'one path of squares': svgOf(modules, `<path d="${squares}" fill="black"/>`),
  'one path of squares, relative and with no blanks': svgOf(
    modules,
    `<path style="fill:#000" d="${darkModules(modules, (x, y) => `M${x} ${y}l1-0 0 1-1 0z`)}"/>`,
  ),
  'lines along the rows': svgOf(
    modules,
    `<path stroke="#000" d="${darkModules(modules, (x, y) => `M${x} ${y + 0.5}h1`)}"/>`,
  ),
  'circles, with squares in three corners': svgOf(
    modules,
    darkModules(modules, (x, y) =>
      isCorner(x, y)
        ? `<rect x="${x}" y="${y}" width="1" height="1"/>`
        : `<circle cx="${x + 0.5}" cy="${y + 0.5}" r=".5"/>`,
    ),
  ),
  'arcs, with squares in three corners': svgOf(
    modules,
    `<path d="${darkModules(modules, (x, y) =>
      isCorner(x, y) ? `M${x} ${y}h1v1h-1z` : `M${x} ${y + 0.5}a.5.5 0 111 0a.5.5 0 11-1 0z`,
    )}"/>`,
  ),
  polygons: svgOf(
    modules,
    darkModules(modules, (x, y) => `<polygon points="${x},${y} ${x + 1},${y} ${x + 1},${y + 1} ${x},${y + 1}"/>`),
  ),
  'one square that is used again and again': svgOf(
    modules,
    `<defs><rect id="m" width="1" height="1"/></defs>${darkModules(modules, (x, y) => `<use href="#m" x="${x}" y="${y}"/>`)}`,
  ),
  'a black square behind a mask of squares': svgOf(
    modules,
    `<defs><clipPath id="c">${rects}</clipPath></defs><rect width="${side}" height="${side}" clip-path="url('#c')" fill="#000"/>`,
  ),
  'very small units': `<svg viewBox="0 0 1 1"><g transform="scale(${1 / side})"><path d="${squares}"/></g></svg>`,
  'no view box': `<svg width="${side}px" height="${side}px"><path d="${squares}"/></svg>`,
  'a prefix': svgOf(modules, `<svg:path d="${squares}"/>`).replaceAll(/(<\/?)svg(?=[\s>])/g, '$1svg:svg'),
};

describe('a code drawn in SVG', () => {
  for (const [what, svg] of Object.entries(drawings)) {
    it(`is found in HTML, of ${what}`, async () => {
      const { urls, findings } = await codesIn(`<p>Scan</p>${svg}<p>me</p>`, 'html');
      assert.deepEqual([urls, findings], [[`qr 1 ${target}`], []]);
    });
  }

  const svg = drawings['one path of squares'] ?? '';

  it('is found in data: URLs, encoded either way, and in the styles of a document', async () => {
    for (const url of [
      `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
      `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`,
    ]) {
      assert.deepEqual((await codesIn(`<img src="${url}">`, 'html')).urls, [`qr 1 ${target}`]);
      assert.deepEqual((await codesIn(`<p style="background:url('${url}')">x`, 'html')).urls, [`qr 1 ${target}`]);
    }
  });

  it('is found in an attached file, whatever it is called', async () => {
    for (const file of [{ name: 'code.svg', type: 'image/svg+xml' }, { name: 'code.bin' }]) {
      const bytes = Buffer.from(`<?xml version="1.0"?>\n${svg}`);
      assert.deepEqual(attachedUrls(await extract(mailWith([{ ...file, bytes }]))), [`qr 2 ${target}`]);
    }
  });

  it('is not sought in drawings of a few shapes', () => {
    const logo = `<svg viewBox="0 0 24 24"><path d="${'M4 4c1 2 3 4 5 6z'.repeat(200)}"/></svg>`;
    assert.deepEqual(svgImages(logo, svgBudget()), { images: [], cut: false });
    assert.deepEqual(svgImages('<svg viewBox="0 0 0 9"></svg>'.padEnd(400, ' '), svgBudget()).images, []);
  });

  it('is given up in outlines with more corners than codes have, before those are filled', () => {
    const corners = Array.from({ length: 150_000 }, (_, at) => `L${at % 100} ${(at * 37) % 100}`).join('');
    const wild = `<svg viewBox="0 0 100 100"><path d="M0 0${corners}"/></svg>`;
    assert.deepEqual(svgImages(wild, svgBudget()), { images: [], cut: true });
  });

  it('is given up after twenty drawings, which is said', async () => {
    const { urls, findings } = await codesIn(svg.repeat(21) ?? '', 'html');
    assert.deepEqual([urls, findings], [[`qr 1 ${target}`], ['images-cut']]);
  });

  for (const [what, unit] of [
    ['drawings without end', '<svg '],
    ['drawings within each other', `<svg viewBox="0 0 9 9">${' '.repeat(300)}`],
    ['a path of numbers', '1 1 '],
    ['shapes that are used again and again', '<use href="#a"/>'],
    ['groups within each other', '<g transform="scale(2)" id="a"><rect width="1" height="1"/>'],
  ] as const)
    it(`is sought in linear time in ${what}`, () => {
      const start = `<svg viewBox="0 0 9 9"><g id="a">${'<rect width="1" height="1"/>'.repeat(50)}</g><path d="M`;
      const begin = unit.startsWith('<') ? start.replace('<path d="M', '') : start;
      assert.ok(growth((chars) => void svgImages(begin + unit.repeat(chars / unit.length), svgBudget())) < 64);
    });
});
