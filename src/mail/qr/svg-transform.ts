import { type Matrix, product } from '../attachments/page-canvas.js';

export const unit: Matrix = [1, 0, 0, 1, 0, 0];
const step = /([a-z]+)\s{0,9}\(([^()]{0,200})\)/gi;
const maxChars = 1000;

/** What an attribute `transform` says (SVG 2 §8.5): the last step is taken first. */
export function transformMatrix(transform: string): Matrix {
  let whole = unit;
  for (const [, name = '', list = ''] of transform.slice(0, maxChars).matchAll(step)) {
    whole = product(
      matrixOf(
        name.toLowerCase(),
        list
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number),
      ),
      whole,
    );
  }
  return whole.every(Number.isFinite) ? whole : unit;
}

function matrixOf(name: string, values: readonly number[]): Matrix {
  const [a = 0, b, c, d = 0, e = 0, f = 0] = values;
  if (name === 'matrix') return [a, b ?? 0, c ?? 0, d, e, f];
  if (name === 'translate') return [1, 0, 0, 1, a, b ?? 0];
  if (name === 'scale') return [a, 0, 0, b ?? a, 0, 0];
  if (name !== 'rotate') return unit;
  const [sine, cosine] = [Math.sin((a * Math.PI) / 180), Math.cos((a * Math.PI) / 180)];
  const turned: Matrix = [cosine, sine, -sine, cosine, 0, 0];
  const [x, y] = [b ?? 0, c ?? 0];
  return product(product([1, 0, 0, 1, -x, -y], turned), [1, 0, 0, 1, x, y]);
}
