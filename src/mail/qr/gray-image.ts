/** Shades row by row, one byte a pixel: 0 is black. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly shades: Uint8Array;
}

const black = 0;
const white = 255;

/** An image all white, to be drawn on. */
export function whiteImage(width: number, height: number): GrayImage {
  return { width, height, shades: new Uint8Array(width * height).fill(white) };
}

/** Blackens a rectangle, or gives it another shade; what of it lies outside is passed over. */
export function blacken(
  { width, height, shades }: GrayImage,
  x: number,
  y: number,
  wide: number,
  high: number,
  shade = black,
): void {
  const left = Math.max(0, x);
  const right = Math.min(width, x + wide);
  if (right <= left) return;
  for (let row = Math.max(0, y); row < Math.min(height, y + high); row++)
    shades.fill(shade, row * width + left, row * width + right);
}

/** ITU-R BT.601, in thousandths. */
export function luminance(red: number, green: number, blue: number): number {
  return ((red * 299 + green * 587 + blue * 114) / 1000) | 0;
}

/** Below this between the darkest and the lightest shade the reader sees no code: people still do. */
const lowContrast = 96;
/** Single odd pixels do not count. */
const ignoredShare = 0.005;
/** Of a larger image a part of the pixels tells. */
const maxCounted = 1_000_000;

/** The same image with its darkest shade made black and its lightest white, where they lie close together. */
export function withContrast(image: GrayImage): GrayImage {
  const counts = new Uint32Array(256);
  const step = Math.ceil(image.shades.length / maxCounted);
  for (let at = 0; at < image.shades.length; at += step) {
    const shade = image.shades[at] as number;
    counts[shade] = (counts[shade] as number) + 1;
  }
  const ignored = (image.shades.length / step) * ignoredShare;
  const darkest = firstShade(counts, ignored);
  const lightest = white - firstShade(counts.toReversed(), ignored);
  const range = lightest - darkest;
  if (range <= 0 || range >= lowContrast) return image;
  const mapped = Uint8Array.from(counts, (_, shade) =>
    Math.min(white, Math.max(black, Math.round(((shade - darkest) * white) / range))),
  );
  return { ...image, shades: image.shades.map((shade) => mapped[shade] ?? shade) };
}

function firstShade(counts: Uint32Array, ignored: number): number {
  let seen = 0;
  for (const [shade, count] of counts.entries()) {
    seen += count;
    if (seen > ignored) return shade;
  }
  return white;
}
