import { Tokenizer } from 'htmlparser2';
import { CellWalk, type Row } from './cell-walk.js';
import { blacken, type GrayImage, whiteImage } from './gray-image.js';
import { placedImages } from './placed-boxes.js';

/** The smallest QR code has about eleven runs of one colour in each of 21 rows. */
const minCells = 180;
/** Of those at least the dark ones name a colour. */
const minColoured = 80;
const minRows = 10;
const maxRows = 400;
const maxSide = 1600;
const margin = 24;
const smallBlock = /\{[^{}]{0,300}\bwidth\s*:\s*\d{1,2}(?:\.\d{1,3})?px/i;

/** Quicker than looking at the elements: nearly no HTML has so many coloured cells. */
export function mayHoldCells(html: string): boolean {
  if (html.length < minCells * 10) return false;
  if (has(html, 'background', minCells)) return true;
  // Blocks that a style sheet gives their size.
  if ((has(html, 'class=', minCells) || has(html, ' id=', minCells)) && smallBlock.test(html)) return true;
  const words = ['bgcolor', 'background', 'class=', 'BGCOLOR', 'CLASS='];
  return (
    (has(html, '<td', minCells) || has(html, '<TD', minCells)) && words.some((word) => has(html, word, minColoured))
  );
}

function has(html: string, word: string, times: number): boolean {
  let left = times;
  for (let at = html.indexOf(word); at >= 0; at = html.indexOf(word, at + word.length)) {
    left -= 1;
    if (left === 0) return true;
  }
  return false;
}

/**
 * Codes that are drawn with coloured elements, as images: cells of tables, or blocks of a given width, in rows of
 * equal width. Linear: it works on htmlparser2's tokens, and nesting does not matter.
 */
export function cellImages(html: string, most: number): readonly GrayImage[] {
  const walk = new CellWalk(html);
  const tokenizer = new Tokenizer({ decodeEntities: false }, walk);
  tokenizer.write(html);
  tokenizer.end();
  walk.finish();
  return [...groupsOf(walk.rows).flatMap(drawn), ...placedImages(walk.placed)].slice(0, most);
}

/** Rows of one picture: as wide as the one before. */
function groupsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  let group: Row[] = [];
  for (const row of rows) {
    const last = group.at(-1);
    if (last !== undefined && (!isAsWide(last, row) || group.length === maxRows)) {
      groups.push(group);
      group = [];
    }
    group.push(row);
  }
  groups.push(group);
  return groups.filter(isPicture);
}

function isAsWide(one: Row, other: Row): boolean {
  if (spansOf(one) === spansOf(other)) return true;
  const [width, otherWidth] = [pixelWidth(one), pixelWidth(other)];
  return width !== null && otherWidth !== null && Math.abs(width - otherWidth) <= 2;
}

function spansOf({ cells }: Row): number {
  return cells.reduce((sum, { span }) => sum + span, 0);
}

function pixelWidth({ cells }: Row): number | null {
  return cells.reduce<number | null>((sum, { width }) => (sum === null || width === null ? null : sum + width), 0);
}

function isPicture(rows: readonly Row[]): boolean {
  if (rows.length < minRows) return false;
  const cells = rows.flatMap((row) => row.cells);
  return cells.length >= minCells && cells.some(({ dark }) => dark) && cells.some(({ dark }) => !dark);
}

function drawn(rows: readonly Row[]): readonly GrayImage[] {
  const spans = Math.max(...rows.map(spansOf));
  // Where cells span columns, those tell; else the widths, if all cells have one.
  const inPixels = rows.every((row) => spansOf(row) === row.cells.length && pixelWidth(row) !== null);
  const units = inPixels ? Math.max(...rows.map((row) => pixelWidth(row) ?? 0)) : spans;
  const scale = inPixels && units >= 150 ? 1 : inPixels ? 3 : 6;
  const unitPixels = inPixels ? 1 : usualWidth(rows);
  const heights = rows.map(({ height }) => Math.max(1, Math.round(((height ?? unitPixels) / unitPixels) * scale)));
  const [wide, high] = [Math.round(units * scale), heights.reduce((sum, height) => sum + height, 0)];
  if (wide > maxSide || high > maxSide || wide < minRows || high < minRows) return [];
  const image = whiteImage(wide + 2 * margin, high + 2 * margin);
  let y = margin;
  for (const [index, { cells }] of rows.entries()) {
    const height = heights[index] ?? scale;
    let x = margin;
    for (const { dark, span, width } of cells) {
      const cellWidth = Math.round((inPixels ? (width ?? 0) : span) * scale);
      if (dark) blacken(image, x, y, cellWidth, height);
      x += cellWidth;
    }
    y += height;
  }
  return [image];
}

/** Of one column, where the rows say how high they are; else what makes them square. */
function usualWidth(rows: readonly Row[]): number {
  const widths = rows.flatMap(({ cells }) =>
    cells.flatMap(({ span, width }) => (width === null ? [] : [width / span])),
  );
  const heights = rows.flatMap(({ height }) => (height === null ? [] : [height]));
  return Math.max(
    1,
    widths.length > 0 ? Math.min(...widths.slice(0, 1000)) : heights.length > 0 ? Math.min(...heights) : 1,
  );
}
