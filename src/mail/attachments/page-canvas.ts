import { type GrayImage, whiteImage } from '../qr/gray-image.js';

/** As PDF writes it: a b c d e f (ISO 32000-2 §8.3.3). */
export type Matrix = readonly [number, number, number, number, number, number];

/** Pairs of coordinates, one after the other. */
export type Polygon = readonly number[];

/** A picture to be painted into the unit square; null where it is transparent. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly shade: (x: number, y: number) => number | null;
}

const maxSide = 1600;
const pixelsOfPoint = 3;
/** What painting one page may cost: crossings of edges with rows, and pixels of pictures. */
const maxSteps = 3_000_000;
const margin = 20;

/** A small gray image of a page, which filled paths and pictures are painted on as far as codes need it. */
export class PageCanvas {
  /** Filled outlines and pictures: fewer than a code has modules show none. */
  shapes = 0;
  pictures = 0;
  readonly #image: GrayImage;
  readonly #toPixels: Matrix;
  #steps = maxSteps;
  #left = Number.POSITIVE_INFINITY;
  #top = Number.POSITIVE_INFINITY;
  #right = 0;
  #bottom = 0;

  /** @param view the page's box in points: left, bottom, right, top */
  constructor(view: readonly number[]) {
    const [left = 0, bottom = 0, right = 0, top = 0] = view;
    const [width, height] = [Math.max(1, right - left), Math.max(1, top - bottom)];
    const scale = Math.min(pixelsOfPoint, maxSide / Math.max(width, height));
    this.#image = whiteImage(Math.ceil(width * scale), Math.ceil(height * scale));
    this.#toPixels = [scale, 0, 0, -scale, -left * scale, top * scale];
  }

  /** @param evenOdd the rule by which a point is inside; else not zero (ISO 32000-2 §8.5.3.3) */
  fill(polygons: readonly Polygon[], matrix: Matrix, shade: number, evenOdd: boolean): void {
    const whole = product(matrix, this.#toPixels);
    const [only] = polygons;
    if (only !== undefined && polygons.length === 1 && isUpright(only) && whole[1] === 0 && whole[2] === 0) {
      this.#fillBox(only, whole, shade);
      return;
    }
    const edges = polygons.flatMap((polygon) => edgesOf(polygon, whole));
    this.shapes += polygons.length;
    const { width, height, shades } = this.#image;
    const first = Math.max(0, Math.ceil(minOf(edges, (edge) => edge.top) - 0.5));
    const last = Math.min(height - 1, Math.floor(-minOf(edges, (edge) => -edge.bottom) - 0.5));
    // Sorted, so that a row only looks at those that have begun and not ended.
    const waiting = edges.sort((one, other) => other.top - one.top);
    let active: Edge[] = [];
    for (let row = first; row <= last; row++) {
      const y = row + 0.5;
      for (let edge = waiting.at(-1); edge !== undefined && edge.top <= y; edge = waiting.at(-1)) {
        active.push(edge);
        waiting.pop();
      }
      active = active.filter((edge) => edge.bottom > y);
      this.#steps -= active.length + 1;
      if (this.#steps < 0) return;
      for (const [from, to] of spans(active, y, evenOdd)) {
        const start = Math.max(0, Math.ceil(from - 0.5));
        const end = Math.min(width, Math.ceil(to - 0.5));
        if (end <= start) continue;
        shades.fill(shade, row * width + start, row * width + end);
        this.#mark(start, row, end, row + 1);
      }
    }
  }

  /** Most codes are drawn so, and it is by far the quickest. */
  #fillBox(box: Polygon, [a, , , d, e, f]: Matrix, shade: number): void {
    this.shapes += 1;
    const [x = 0, y = 0, , , toX = 0, toY = 0] = box;
    const [one, other] = [a * x + e, a * toX + e];
    const [first, second] = [d * y + f, d * toY + f];
    const { width, height, shades } = this.#image;
    const [left, top] = [edgeAt(Math.min(one, other), width), edgeAt(Math.min(first, second), height)];
    const [right, bottom] = [edgeAt(Math.max(one, other), width), edgeAt(Math.max(first, second), height)];
    this.#steps -= (bottom - top) / 4;
    if (this.#steps < 0 || right <= left || bottom <= top) return;
    for (let row = top; row < bottom; row++) shades.fill(shade, row * width + left, row * width + right);
    this.#mark(left, top, right, bottom);
  }

  /** The picture fills the unit square, its first row at the top (ISO 32000-2 §8.9.4). */
  paint(picture: Picture, matrix: Matrix): void {
    this.pictures += 1;
    const back = inverse(product(matrix, this.#toPixels));
    if (back === null) return;
    const corners = [0, 0, 1, 0, 1, 1, 0, 1];
    const [left, top, right, bottom] = this.#boxOf(corners, product(matrix, this.#toPixels));
    this.#steps -= Math.max(0, right - left) * Math.max(0, bottom - top);
    if (this.#steps < 0 || right <= left || bottom <= top) return;
    const { width, shades } = this.#image;
    this.#mark(left, top, right, bottom);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const [x, y] = applied(back, column + 0.5, row + 0.5);
        if (x < 0 || x >= 1 || y < 0 || y >= 1) continue;
        const shade = picture.shade(Math.floor(x * picture.width), Math.floor((1 - y) * picture.height - 1e-9));
        if (shade !== null) shades[row * width + column] = shade;
      }
    }
  }

  /** What was painted on, with some paper around it; null where that was nothing. */
  painted(): GrayImage | null {
    if (this.#right <= this.#left || this.#bottom <= this.#top) return null;
    const [wide, high] = [this.#right - this.#left, this.#bottom - this.#top];
    const cropped = whiteImage(wide + 2 * margin, high + 2 * margin);
    for (let row = 0; row < high; row++) {
      const from = (this.#top + row) * this.#image.width + this.#left;
      cropped.shades.set(this.#image.shades.subarray(from, from + wide), (row + margin) * cropped.width + margin);
    }
    return cropped;
  }

  #mark(left: number, top: number, right: number, bottom: number): void {
    this.#left = Math.min(this.#left, left);
    this.#top = Math.min(this.#top, top);
    this.#right = Math.max(this.#right, right);
    this.#bottom = Math.max(this.#bottom, bottom);
  }

  #boxOf(points: Polygon, matrix: Matrix): readonly [number, number, number, number] {
    const [xs, ys]: [number[], number[]] = [[], []];
    for (let at = 0; at + 1 < points.length; at += 2) {
      const [x, y] = applied(matrix, points[at] ?? 0, points[at + 1] ?? 0);
      xs.push(x);
      ys.push(y);
    }
    const { width, height } = this.#image;
    const [left, top] = [Math.max(0, Math.floor(Math.min(...xs))), Math.max(0, Math.floor(Math.min(...ys)))];
    return [left, top, Math.min(width, Math.ceil(Math.max(...xs))), Math.min(height, Math.ceil(Math.max(...ys)))];
  }
}

/** The first pixel whose middle lies behind it. */
function edgeAt(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.ceil(value - 0.5)));
}

/** Four corners with level and upright sides, as the operator `re` writes them. */
function isUpright(polygon: Polygon): boolean {
  if (polygon.length !== 8) return false;
  const [x, y, x2, y2, x3, y3, x4, y4] = polygon;
  return (y === y2 && x2 === x3 && y3 === y4 && x4 === x) || (x === x2 && y2 === y3 && x3 === x4 && y4 === y);
}

interface Edge {
  readonly top: number;
  readonly bottom: number;
  /** At the top. */
  readonly x: number;
  readonly slope: number;
  readonly winding: number;
}

function edgesOf(polygon: Polygon, matrix: Matrix): Edge[] {
  const edges: Edge[] = [];
  const count = polygon.length >> 1;
  for (let at = 0; at < count; at++) {
    const next = (at + 1) % count;
    const [x, y] = applied(matrix, polygon[at * 2] ?? 0, polygon[at * 2 + 1] ?? 0);
    const [nextX, nextY] = applied(matrix, polygon[next * 2] ?? 0, polygon[next * 2 + 1] ?? 0);
    if (!Number.isFinite(x + y + nextX + nextY) || y === nextY) continue;
    const slope = (nextX - x) / (nextY - y);
    edges.push(
      y < nextY
        ? { top: y, bottom: nextY, x, slope, winding: 1 }
        : { top: nextY, bottom: y, x: nextX, slope, winding: -1 },
    );
  }
  return edges;
}

function* spans(edges: readonly Edge[], y: number, evenOdd: boolean): Generator<readonly [number, number]> {
  const crossings = edges.map(({ x, top, slope, winding }) => ({ x: x + (y - top) * slope, winding }));
  crossings.sort((one, other) => one.x - other.x);
  let inside = 0;
  let from = 0;
  for (const { x, winding } of crossings) {
    const before = inside;
    inside = evenOdd ? 1 - inside : inside + winding;
    if (before === 0) from = x;
    else if (inside === 0) yield [from, x];
  }
}

function minOf(edges: readonly Edge[], value: (edge: Edge) => number): number {
  return edges.reduce((least, edge) => Math.min(least, value(edge)), Number.POSITIVE_INFINITY);
}

/** First `one`, then `other`. */
export function product(one: Matrix, other: Matrix): Matrix {
  const [a, b, c, d, e, f] = one;
  const [g, h, i, j, k, l] = other;
  return [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l];
}

function applied([a, b, c, d, e, f]: Matrix, x: number, y: number): readonly [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

function inverse([a, b, c, d, e, f]: Matrix): Matrix | null {
  const determinant = a * d - b * c;
  if (!Number.isFinite(1 / determinant)) return null;
  return [
    d / determinant,
    -b / determinant,
    -c / determinant,
    a / determinant,
    (c * f - d * e) / determinant,
    (b * e - a * f) / determinant,
  ];
}
