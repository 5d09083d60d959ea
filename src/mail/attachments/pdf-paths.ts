import type { Polygon } from './page-canvas.js';

/** PDF.js's own coding of paths: a number for the operator, then its coordinates. */
export function polygonsOf(data: Float32Array): readonly Polygon[] {
  const polygons: number[][] = [];
  let polygon: number[] = [];
  let at = 0;
  const take = (count: number) => {
    at += count;
    return Array.from(data.subarray(at - count, at));
  };
  while (at < data.length) {
    const operator = data[at++];
    if (operator === 0) {
      polygon = take(2);
      polygons.push(polygon);
    } else if (operator === 1) polygon.push(...take(2));
    else if (operator === 2) polygon.push(...curve(polygon.slice(-2), take(6)));
    else if (operator === 3) polygon.push(...take(4).slice(2));
  }
  return polygons.filter(({ length }) => length >= 4);
}

/** A cubic Bézier curve as four straight lines. */
function curve(start: readonly number[], points: readonly number[]): number[] {
  const along = (t: number, axis: 0 | 1) => {
    const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = [start[axis], points[axis], points[axis + 2], points[axis + 4]];
    return (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t ** 2 * p2 + t ** 3 * p3;
  };
  return [0.25, 0.5, 0.75, 1].flatMap((t) => [along(t, 0), along(t, 1)]);
}

/** Thick level and upright lines as rectangles: some programs draw codes with those. */
export function strokesOf(polygons: readonly Polygon[], width: number): readonly Polygon[] {
  return polygons.flatMap(([x = 0, y = 0, toX = 0, toY = 0, ...more]) => {
    if (more.length > 0 || (x !== toX && y !== toY)) return [];
    const half = width / 2;
    if (y === toY) return [[x, y - half, toX, y - half, toX, y + half, x, y + half]];
    return [[x - half, y, x + half, y, x + half, toY, x - half, toY]];
  });
}
