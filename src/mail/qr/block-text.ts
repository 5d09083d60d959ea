import { blacken, type GrayImage, whiteImage } from './gray-image.js';

/** Which quarters of a character are dark: 8 upper left, 4 upper right, 2 lower left, 1 lower right. */
const quarters: ReadonlyMap<string, number> = new Map([
  ...[...' \t\u00a0\u2000\u2001\u2002\u2003\u2007\u3000░□▢⬜◻◽'].map((character) => [character, 0] as const),
  ...[...'█■▓▉▊⬛◼◾#@'].map((character) => [character, 15] as const),
  ...[...'▗▖▄▝▐▞▟▘▚▌▙▀▜▛'].map((character, index) => [character, index + 1] as const),
]);

const halves = /[▀▄▗▖▝▐▞▟▘▚▌▙▜▛]/;
const minRows = 6;
const maxRows = 250;
const maxColumns = 500;
/** Of one module: a code of 177 of them stays small. */
const pixels = 4;
const margin = 16;
/** Quarters that are dark in the smallest code. */
const minDark = 60;

/** Quicker than looking at the lines: nearly no text has one of these. */
export function mayHoldBlocks(text: string): boolean {
  return (
    text.includes('█') ||
    text.includes('▀') ||
    text.includes('▄') ||
    text.includes('■') ||
    text.includes('⬛') ||
    text.includes('▓') ||
    text.includes('#######')
  );
}

/**
 * Codes that are drawn with block characters, as images: runs of lines of nothing but those and blanks. Every
 * character is looked at once.
 */
export function blockImages(text: string, most: number): readonly GrayImage[] {
  const images: GrayImage[] = [];
  let rows: string[] = [];
  const end = () => {
    if (images.length < most && rows.length >= minRows) images.push(...imagesOf(rows));
    rows = [];
  };
  for (const line of linesOf(text)) {
    const row = line.replace(/^(?:[>|] ?)+/, '').trimEnd();
    // Empty lines stand between the elements of HTML.
    if (row === '') continue;
    if (row.length > maxColumns || ![...row].every((character) => quarters.has(character))) end();
    else rows.push(row);
    if (rows.length > maxRows) end();
  }
  end();
  return images.slice(0, most);
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, Math.min(end, start + maxColumns + 100));
    start = end + 1;
  }
}

/** A character is twice as high as it is wide, unless each stands for one module: which is not told, but guessed. */
function imagesOf(rows: readonly string[]): readonly GrayImage[] {
  const indent = Math.min(...rows.map((row) => row.length - row.trimStart().length));
  const cells = rows.map((row) => [...row.slice(indent)].map((character) => quarters.get(character) ?? 0));
  const columns = Math.max(...cells.map((row) => row.length));
  const dark = cells.reduce((sum, row) => sum + row.reduce((count, cell) => count + bitsOf(cell), 0), 0);
  if (columns < minRows || dark < minDark) return [];
  const tall = rows.some((row) => halves.test(row)) || columns > rows.length * 1.5;
  return [drawn(cells, columns, tall ? pixels : pixels / 2, tall ? pixels / 2 : pixels / 2)];
}

/** @param high of a quarter, in pixels; `wide` likewise */
function drawn(cells: readonly (readonly number[])[], columns: number, high: number, wide: number): GrayImage {
  const image = whiteImage(columns * 2 * wide + 2 * margin, cells.length * 2 * high + 2 * margin);
  for (const [row, line] of cells.entries()) {
    for (const [column, cell] of line.entries()) {
      for (const quarter of [0, 1, 2, 3]) {
        if ((cell & (8 >> quarter)) === 0) continue;
        const x = margin + (column * 2 + (quarter & 1)) * wide;
        blacken(image, x, margin + (row * 2 + (quarter >> 1)) * high, wide, high);
      }
    }
  }
  return image;
}

function bitsOf(cell: number): number {
  return (cell & 1) + ((cell >> 1) & 1) + ((cell >> 2) & 1) + (cell >> 3);
}
