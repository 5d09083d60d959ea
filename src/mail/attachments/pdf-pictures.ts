import { type GrayImage, luminance } from '../qr/gray-image.js';
import type { Picture } from './page-canvas.js';

/** `ImageKind` of PDF.js. */
const oneBit = 1;
const rgb = 2;
const rgba = 3;

/** Pixels as PDF.js decodes them; null for what is none, and where bytes are missing. */
export function pictureOf(value: unknown): Picture | null {
  const image = imageOf(value);
  if (image === null) return null;
  const { width, height, data } = image;
  const kind = 'kind' in image.source ? image.source.kind : oneBit;
  if (kind === rgb && data.length >= width * height * 3) {
    return {
      width,
      height,
      shade: (x, y) => {
        const at = (y * width + x) * 3;
        return luminance(data[at] ?? 255, data[at + 1] ?? 255, data[at + 2] ?? 255);
      },
    };
  }
  if (kind === rgba && data.length >= width * height * 4) {
    return {
      width,
      height,
      shade: (x, y) => {
        const at = (y * width + x) * 4;
        if ((data[at + 3] ?? 255) < 128) return null;
        return luminance(data[at] ?? 255, data[at + 1] ?? 255, data[at + 2] ?? 255);
      },
    };
  }
  const bit = kind === oneBit ? bits(width, height, data) : null;
  return bit === null ? null : { width, height, shade: (x, y) => (bit(x, y) ? 255 : 0) };
}

/** A stencil: where its bits are not set, it is painted in a shade (ISO 32000-2 §8.9.6.2). */
export function stencilOf(value: unknown, shade: number): Picture | null {
  const image = imageOf(value);
  const bit = image === null ? null : bits(image.width, image.height, image.data);
  if (image === null || bit === null) return null;
  return { width: image.width, height: image.height, shade: (x, y) => (bit(x, y) ? null : shade) };
}

/** The picture in its own size, on white. */
export function grayOf({ width, height, shade }: Picture): GrayImage {
  const shades = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) shades[y * width + x] = shade(x, y) ?? 255;
  return { width, height, shades };
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly source: object;
}

function imageOf(value: unknown): Decoded | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('width' in value && 'height' in value && 'data' in value)) return null;
  const { width, height, data } = value;
  if (!isSide(width) || !isSide(height)) return null;
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray
    ? { width, height, data, source: value }
    : null;
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

function bits(width: number, height: number, data: Decoded['data']): ((x: number, y: number) => boolean) | null {
  const rowBytes = (width + 7) >> 3;
  if (data.length < rowBytes * height) return null;
  return (x, y) => ((data[y * rowBytes + (x >> 3)] ?? 255) & (128 >> (x & 7))) !== 0;
}
