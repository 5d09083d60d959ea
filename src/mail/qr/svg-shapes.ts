import type { Polygon } from '../attachments/page-canvas.js';
import { pathPolygons } from './svg-path.js';

type Attributes = Readonly<Record<string, string>>;

export interface Outline {
  readonly polygons: readonly Polygon[];
  /** Only its line is drawn, and nothing filled. */
  readonly isLine: boolean;
}

/** Width and height of what it stands in. */
export type Box = readonly [width: number, height: number];

/** The outlines of one element of SVG; undefined for what is no shape. Linear. */
export function outlineOf(name: string, attributes: Attributes, box: Box): Outline | undefined {
  const length = (key: string, side: 0 | 1) => lengthOf(attributes[key], box[side]) ?? 0;
  if (name === 'rect' || name === 'image') {
    const [x, y] = [length('x', 0), length('y', 1)];
    const [wide, high] = [length('width', 0), length('height', 1)];
    if (!(wide > 0 && high > 0) || name === 'image') return undefined;
    return { polygons: [[x, y, x + wide, y, x + wide, y + high, x, y + high]], isLine: false };
  }
  if (name === 'circle' || name === 'ellipse') {
    const [x, y] = [length('cx', 0), length('cy', 1)];
    const wide = length(name === 'circle' ? 'r' : 'rx', 0);
    const high = name === 'circle' ? wide : length('ry', 1);
    const [inX, inY] = [wide * Math.SQRT1_2, high * Math.SQRT1_2];
    const upper = [x - wide, y, x - inX, y - inY, x, y - high, x + inX, y - inY];
    return { polygons: [[...upper, x + wide, y, x + inX, y + inY, x, y + high, x - inX, y + inY]], isLine: false };
  }
  if (name === 'line') {
    return { polygons: [[length('x1', 0), length('y1', 1), length('x2', 0), length('y2', 1)]], isLine: true };
  }
  if (name === 'path') return { polygons: pathPolygons(attributes.d ?? ''), isLine: false };
  if (name !== 'polygon' && name !== 'polyline') return undefined;
  return { polygons: pathPolygons(`M${attributes.points ?? ''}`), isLine: false };
}

/** Each line of the outlines by itself. */
export function linesOf(polygons: readonly Polygon[]): readonly Polygon[] {
  return polygons.flatMap((polygon) =>
    Array.from({ length: polygon.length / 2 - 1 }, (_, index) => polygon.slice(index * 2, index * 2 + 4)),
  );
}

/** How many level and upright lines there are: a code has little else. */
export function straightLines(polygons: readonly Polygon[]): number {
  let count = 0;
  for (const polygon of polygons)
    for (let at = 0; at + 3 < polygon.length; at += 2)
      if (polygon[at] === polygon[at + 2] || polygon[at + 1] === polygon[at + 3]) count += 1;
  return count;
}

/** In the units of the drawing; `50%` of the side; null where there is none. */
export function lengthOf(value: string | undefined, side: number): number | null {
  const [, digits, sign] =
    /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)\s*$/i.exec((value ?? '').slice(0, 60)) ?? [];
  if (digits === undefined) return null;
  return sign === '%' ? (Number(digits) * side) / 100 : Number(digits);
}
