import { type GrayImage, whiteImage } from './gray-image.js';

/** An image in which no code was found, and which may be a piece of one. */
export interface CodePiece {
  readonly image: GrayImage;
  readonly part: string;
}

const maxPieces = 24;
const maxPixels = 8_000_000;
const maxTrials = 16;
/** Of the joined image: a code is a square, and there may be some paper around it. */
const maxRatio = 1.7;
/** Half of a code has dark and light modules, and hardly anything between. */
const leastDark = 0.12;
const leastClear = 0.8;
const margin = 16;

/** Gathers what may be pieces of codes, within limits. */
export class CodePieces {
  readonly #pieces: CodePiece[] = [];
  #left = maxPixels;

  add(image: GrayImage, part: string): void {
    const pixels = image.shades.length;
    if (this.#pieces.length >= maxPieces || pixels > this.#left || !isTwoToned(image)) return;
    this.#left -= pixels;
    this.#pieces.push({ image, part });
  }

  /** What neighbours give side by side, one upon the other, and as a grid. */
  joined(): readonly CodePiece[] {
    const all = this.#pieces;
    const found: CodePiece[] = [];
    const add = (pieces: readonly CodePiece[], columns: number, part = pieces[0]?.part) => {
      const image = found.length < maxTrials ? grid(pieces, columns) : null;
      if (image !== null && part !== undefined) found.push({ image, part });
    };
    for (const run of [...runsOf(all, 'height'), ...runsOf(all, 'width'), all])
      for (let columns = 1; columns <= run.length; columns++) if (run.length % columns === 0) add(run, columns);
    for (const [index, piece] of all.entries()) {
      add(all.slice(index, index + 4), 2);
      const next = all[index + 1];
      // The second may stand first in the mail.
      for (const pair of next === undefined
        ? []
        : [
            [piece, next],
            [next, piece],
          ])
        for (const columns of [2, 1]) add(pair, columns, piece.part);
    }
    return found;
  }
}

/** Neighbours with one side in common. */
function runsOf(pieces: readonly CodePiece[], side: 'width' | 'height'): readonly (readonly CodePiece[])[] {
  const runs: CodePiece[][] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.[0]?.image[side] === piece.image[side]) last.push(piece);
    else runs.push([piece]);
  }
  return runs.filter(({ length }) => length > 1);
}

/** Row by row; null where the sides do not fit, or the whole is no square. */
function grid(pieces: readonly CodePiece[], columns: number): GrayImage | null {
  if (pieces.length < 2 || pieces.length % columns !== 0) return null;
  const rows = Array.from({ length: pieces.length / columns }, (_, row) =>
    pieces.slice(row * columns, (row + 1) * columns).map(({ image }) => image),
  );
  const widthOf = (row: readonly GrayImage[]) => row.reduce((sum, { width }) => sum + width, 0);
  const wide = widthOf(rows[0] ?? []);
  const heights = rows.map(([first]) => first?.height ?? 0);
  const high = heights.reduce((sum, height) => sum + height, 0);
  const fits = rows.every((row, at) => widthOf(row) === wide && row.every(({ height }) => height === heights[at]));
  if (!fits || Math.max(wide, high) > maxRatio * Math.min(wide, high)) return null;
  const joined = whiteImage(wide + 2 * margin, high + 2 * margin);
  let y = margin;
  for (const [at, row] of rows.entries()) {
    let x = margin;
    for (const image of row) {
      copy(image, joined, x, y);
      x += image.width;
    }
    y += heights[at] ?? 0;
  }
  return joined;
}

function copy({ width, height, shades }: GrayImage, to: GrayImage, x: number, y: number): void {
  for (let row = 0; row < height; row++)
    to.shades.set(shades.subarray(row * width, (row + 1) * width), (y + row) * to.width + x);
}

function isTwoToned({ shades }: GrayImage): boolean {
  let dark = 0;
  let light = 0;
  // By index: `for … of` over so many pixels takes several times as long.
  for (let at = 0; at < shades.length; at++) {
    const shade = shades[at] as number;
    if (shade < 80) dark += 1;
    else if (shade > 176) light += 1;
  }
  const count = shades.length;
  return Math.min(dark, light) >= count * leastDark && dark + light >= count * leastClear;
}
