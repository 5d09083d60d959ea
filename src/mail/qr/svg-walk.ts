import type { TokenizerCallbacks } from 'htmlparser2';
import { type Matrix, PageCanvas, type Polygon, product } from '../attachments/page-canvas.js';
import { strokesOf } from '../attachments/pdf-paths.js';
import { classStyles, isDark } from './cell-colours.js';
import type { GrayImage } from './gray-image.js';
import { type Box, lengthOf, linesOf, outlineOf, straightLines } from './svg-shapes.js';
import { transformMatrix, unit } from './svg-transform.js';

/** The sides of the canvas, in points: of three pixels each. */
const canvasSide = 200;
/** A Micro QR code has about thirty runs of dark modules. */
const minMarks = 100;
const maxPathChars = 2_000_000;
const maxValueChars = 2000;
/** Nothing in them is seen where it stands. */
const hiddenTags: ReadonlySet<string> = new Set(['defs', 'symbol', 'clippath', 'mask', 'pattern', 'marker']);
const emptyTags: ReadonlySet<string> = new Set(
  'rect circle ellipse line path polygon polyline use image stop'.split(' '),
);
/** They go over to what stands within. */
const paints = ['fill', 'stroke', 'stroke-width', 'fill-rule', 'fill-opacity', 'opacity', 'display'] as const;

type Paint = Partial<Record<(typeof paints)[number], string>>;

/** What drawings may cost, all of a mail together. */
export interface SvgBudget {
  drawings: number;
  chars: number;
  shapes: number;
}

interface Shape {
  readonly polygons: readonly Polygon[];
  readonly matrix: Matrix;
  readonly paint: Paint;
  readonly isLine: boolean;
}

interface Open {
  readonly name: string;
  readonly id: string | undefined;
  readonly matrix: Matrix;
  readonly paint: Paint;
  readonly hidden: boolean;
}

/** Paints the filled shapes of one SVG as far as codes need it; it is the tokenizer's set of callbacks itself. */
export class SvgWalk implements TokenizerCallbacks {
  readonly #svg: string;
  #canvas: PageCanvas | null = null;
  #toCanvas: Matrix = unit;
  #box: Box = [0, 0];
  #tag = '';
  #attribute = '';
  #attributes: Record<string, string> = {};
  #styles: ReadonlyMap<string, string> = new Map();
  readonly #open: Open[] = [];
  /** By the id of what they stand in, to be used elsewhere. */
  readonly #named = new Map<string, Shape[]>();
  #marks = 0;
  readonly #budget: SvgBudget;

  constructor(svg: string, budget: SvgBudget) {
    this.#svg = svg;
    this.#budget = budget;
  }

  /** Null where it cannot be a code. */
  image(): GrayImage | null {
    return this.#marks < minMarks ? null : (this.#canvas?.painted() ?? null);
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#svg.slice(start, end).toLowerCase().replace(/^svg:/, '');
    this.#attributes = {};
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#svg.slice(start, end).toLowerCase();
  }

  onattribdata(start: number, end: number): void {
    const most = this.#attribute === 'd' || this.#attribute === 'points' ? maxPathChars : maxValueChars;
    this.#attributes[this.#attribute] = this.#svg.slice(start, Math.min(end, start + most));
  }

  onopentagend(): void {
    this.#startElement(emptyTags.has(this.#tag));
  }

  onselfclosingtag(): void {
    this.#startElement(true);
  }

  onclosetag(start: number, end: number): void {
    const tag = this.#svg.slice(start, end).toLowerCase().replace(/^svg:/, '');
    const at = this.#open.findLastIndex(({ name }) => name === tag);
    if (at >= 0) this.#open.length = at;
  }

  ontext(start: number, end: number): void {
    if (this.#tag === 'style') this.#styles = classStyles(this.#svg.slice(start, end));
  }

  onattribend(): void {}
  onattribentity(): void {}
  ontextentity(): void {}
  oncdata(start: number, end: number): void {
    this.ontext(start, end);
  }
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #startElement(closed: boolean): void {
    const name = this.#tag;
    if (name === 'svg' && this.#canvas === null) this.#begin();
    if (this.#canvas === null || this.#budget.shapes <= 0) return;
    const around = this.#open.at(-1);
    const matrix = product(transformMatrix(this.#attributes.transform ?? ''), around?.matrix ?? unit);
    const paint = { ...around?.paint, ...this.#ownPaint() };
    const id = this.#attributes.id;
    const hidden = around?.hidden === true || hiddenTags.has(name) || paint.display === 'none';
    const opened: Open = { name, id, matrix, paint, hidden };
    if (name === 'use') this.#use(opened);
    else this.#draw(opened);
    if (!closed && this.#open.length < 500) this.#open.push(opened);
  }

  #begin(): void {
    const numbers = (this.#attributes.viewbox ?? '')
      .trim()
      .split(/[\s,]+/, 4)
      .map(Number);
    const sides = [
      lengthOf(this.#attributes.width, 0) || canvasSide,
      lengthOf(this.#attributes.height, 0) || canvasSide,
    ];
    const given = numbers.length === 4 && numbers.every(Number.isFinite) ? numbers : [0, 0, ...sides];
    const [x = 0, y = 0, wide = 0, high = 0] = given;
    const scale = canvasSide / Math.max(wide, high);
    if (!(wide > 0 && high > 0 && Number.isFinite(scale))) return;
    this.#box = [wide, high];
    this.#canvas = new PageCanvas([0, 0, wide * scale, high * scale]);
    // A page of PDF begins at its lower edge.
    this.#toCanvas = [scale, 0, 0, -scale, -x * scale, (y + high) * scale];
  }

  #draw(element: Open): void {
    const { name, matrix, paint } = element;
    const outline = outlineOf(name, this.#attributes, this.#box);
    if (outline === undefined) return;
    const clip = idIn(this.#ownStyle('clip-path') ?? this.#attributes['clip-path'] ?? '');
    const shape: Shape = { ...outline, matrix, paint };
    const shapes = this.#named.get(clip ?? '')?.map((one) => ({ ...one, paint })) ?? [shape];
    for (const { id } of [...this.#open, element]) if (id !== undefined) this.#keep(id, shape);
    if (!element.hidden) for (const one of shapes) this.#paint(one);
  }

  #keep(id: string, shape: Shape): void {
    const known = this.#named.get(id);
    this.#budget.shapes -= 1;
    if (known === undefined) this.#named.set(id, [shape]);
    else known.push(shape);
  }

  #use({ matrix, paint, hidden }: Open): void {
    const link = this.#attributes.href ?? this.#attributes['xlink:href'] ?? '';
    if (hidden || !link.startsWith('#')) return;
    const [x, y] = [lengthOf(this.#attributes.x, this.#box[0]) ?? 0, lengthOf(this.#attributes.y, this.#box[1]) ?? 0];
    const moved = product([1, 0, 0, 1, x, y], matrix);
    for (const shape of this.#named.get(link.slice(1)) ?? []) {
      if (this.#budget.shapes <= 0) return;
      this.#paint({ ...shape, matrix: product(shape.matrix, moved), paint: { ...paint, ...shape.paint } });
    }
  }

  #paint({ polygons, matrix, paint, isLine }: Shape): void {
    const whole = product(matrix, this.#toCanvas);
    this.#budget.shapes -= Math.max(
      1,
      polygons.reduce((sum, polygon) => sum + costOf(polygon), 0),
    );
    if (this.#budget.shapes <= 0) return;
    const fill = isLine ? null : shadeOf(paint.fill ?? 'black', paint);
    const stroke = shadeOf(paint.stroke ?? 'none', paint);
    if (fill !== null) {
      this.#marks += straightLines(polygons) + polygons.filter(({ length }) => length === 16).length * 4;
      this.#canvas?.fill(polygons, whole, fill, paint['fill-rule'] === 'evenodd');
    }
    if (stroke === null) return;
    const lines = strokesOf(linesOf(polygons), lengthOf(paint['stroke-width'], this.#box[0]) ?? 1);
    this.#budget.shapes -= lines.length;
    this.#marks += lines.length * 4;
    for (const line of lines) this.#canvas?.fill([line], whole, stroke, false);
  }

  /** A style counts before an attribute. */
  #ownPaint(): Paint {
    const own: Paint = {};
    for (const name of paints) {
      const value = (this.#ownStyle(name) ?? this.#attributes[name])?.trim().toLowerCase();
      if (value !== undefined && value !== 'inherit') own[name] = value;
    }
    return own;
  }

  #ownStyle(name: string): string | undefined {
    const { style = '', class: names = '' } = this.#attributes;
    const all = [...names.split(/\s+/, 5).map((one) => this.#styles.get(one) ?? ''), style].join(';');
    if (!all.includes(name)) return undefined;
    return all
      .split(';')
      .findLast((one) => one.slice(0, one.indexOf(':')).trim().toLowerCase() === name)
      ?.replace(/^[^:]*:/, '');
  }
}

/** In modules. An outline with thousands of corners is no part of a code, and each of its rows crosses many of them. */
function costOf({ length }: Polygon): number {
  return length < 4000 ? Math.max(1, length >> 3) : length >> 1;
}

/** Null where nothing is painted. */
function shadeOf(colour: string, paint: Paint): number | null {
  if (colour === 'none' || colour === 'transparent' || isNothing(paint['fill-opacity']) || isNothing(paint.opacity))
    return null;
  return isDark(colour) === false ? 255 : 0;
}

function isNothing(opacity: string | undefined): boolean {
  return opacity !== undefined && Number.parseFloat(opacity) < 0.1;
}

function idIn(link: string): string | undefined {
  return /url\(\s*["']?#([^)"'\s]{1,200})/.exec(link)?.[1];
}
