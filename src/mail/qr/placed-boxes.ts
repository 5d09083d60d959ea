import { isDarkBackground } from './cell-colours.js';
import { blacken, type GrayImage, whiteImage } from './gray-image.js';

export interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
  readonly dark: boolean;
}

/** A Micro QR code has about as many runs of modules. */
const minBoxes = 30;
const pixelsOf: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  em: 16,
  rem: 16,
  mm: 3.78,
  '': 1,
  '%': 4,
  vw: 8,
};
const sides = ['left', 'top', 'width', 'height'].map(
  (side) =>
    new RegExp(`(?:^|[;\\s])${side}\\s*:\\s*(-?\\d{1,5}(?:\\.\\d{1,4})?)\\s*(px|pt|r?em|mm|vw|%|)(?![\\w.])`, 'i'),
);
const longest = 800;
const margin = 24;

/** Where a style puts an element that has a colour of its own; null where it does not. */
export function placedBox(style: string): PlacedBox | null {
  if (!/(?:^|[;\s])position\s*:\s*(?:absolute|fixed)/i.test(style)) return null;
  const dark = isDarkBackground(style);
  const [x, y, wide, high] = sides.map((side) => lengthOf(style, side));
  if (dark === null || wide == null || high == null) return null;
  return { x: x ?? 0, y: y ?? 0, wide, high, dark };
}

/** What such elements show together, in the order in which they lie upon each other; nothing for few. */
export function placedImages(boxes: readonly PlacedBox[]): readonly GrayImage[] {
  const dark = boxes.filter((box) => box.dark);
  if (boxes.length < minBoxes || dark.length === 0) return [];
  const left = least(dark.map(({ x }) => x));
  const top = least(dark.map(({ y }) => y));
  const wide = -least(dark.map((box) => -box.x - box.wide)) - left;
  const high = -least(dark.map((box) => -box.y - box.high)) - top;
  const scale = longest / Math.max(wide, high);
  if (!(wide > 0 && high > 0) || !Number.isFinite(scale)) return [];
  const image = whiteImage(Math.ceil(wide * scale) + 2 * margin, Math.ceil(high * scale) + 2 * margin);
  let steps = image.shades.length * 20;
  for (const box of boxes) {
    const x = Math.round((box.x - left) * scale) + margin;
    const y = Math.round((box.y - top) * scale) + margin;
    const toX = Math.round((box.x + box.wide - left) * scale) + margin;
    const toY = Math.round((box.y + box.high - top) * scale) + margin;
    steps -=
      Math.max(1, Math.min(image.height, toY) - Math.max(0, y)) *
      Math.max(1, Math.min(image.width, toX) - Math.max(0, x));
    if (steps < 0) break;
    blacken(image, x, y, toX - x, toY - y, box.dark ? 0 : 255);
  }
  return [image];
}

function lengthOf(style: string, pattern: RegExp): number | null {
  const [, digits, unit = ''] = pattern.exec(style) ?? [];
  return digits === undefined ? null : Number(digits) * (pixelsOf[unit.toLowerCase()] ?? 1);
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
