import { type GrayImage, whiteImage } from '../../src/mail/qr/gray-image.js';

/** The same numbers each time. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function mapped(image: GrayImage, shade: (shade: number, x: number, y: number) => number): GrayImage {
  return { ...image, shades: image.shades.map((value, at) => shade(value, at % image.width, (at / image.width) | 0)) };
}

export function inverted(image: GrayImage): GrayImage {
  return mapped(image, (shade) => 255 - shade);
}

export function paler(image: GrayImage, dark: number, light: number): GrayImage {
  return mapped(image, (shade) => dark + (shade / 255) * (light - dark));
}

/** @param amount of shades, up and down */
export function noisy(image: GrayImage, amount: number): GrayImage {
  const random = randomNumbers(7);
  return mapped(image, (shade) => Math.min(255, Math.max(0, shade + (random() - 0.5) * 2 * amount)));
}

export function blurred(image: GrayImage, radius: number): GrayImage {
  const { width, height, shades } = image;
  const at = (x: number, y: number) =>
    shades[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] ?? 255;
  return mapped(image, (_, x, y) => {
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++) for (let dx = -radius; dx <= radius; dx++) sum += at(x + dx, y + dy);
    return sum / (2 * radius + 1) ** 2;
  });
}

/** On a page large enough for all of it. */
export function rotated(image: GrayImage, degrees: number): GrayImage {
  const side = Math.ceil(Math.hypot(image.width, image.height));
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return mapped(whiteImage(side, side), (_, x, y) => {
    const [fromX, fromY] = [x - side / 2, y - side / 2];
    const column = Math.floor(fromX * cos + fromY * sin + image.width / 2);
    const row = Math.floor(fromY * cos - fromX * sin + image.height / 2);
    const inside = column >= 0 && row >= 0 && column < image.width && row < image.height;
    return inside ? (image.shades[row * image.width + column] ?? 255) : 255;
  });
}

/** Smaller, as mail programs make them: each pixel is the mean of those it stands for. */
export function scaled(image: GrayImage, factor: number): GrayImage {
  const page = whiteImage(Math.round(image.width * factor), Math.round(image.height * factor));
  return mapped(page, (_, x, y) => {
    let [sum, count] = [0, 0];
    for (let row = Math.floor(y / factor); row < Math.max(Math.floor(y / factor) + 1, (y + 1) / factor); row++)
      for (
        let column = Math.floor(x / factor);
        column < Math.max(Math.floor(x / factor) + 1, (x + 1) / factor);
        column++
      ) {
        sum += image.shades[Math.min(image.height - 1, row) * image.width + Math.min(image.width - 1, column)] ?? 255;
        count += 1;
      }
    return sum / count;
  });
}

/** Leaning, as photographed from the side. */
export function sheared(image: GrayImage, by: number): GrayImage {
  const page = whiteImage(image.width + Math.ceil(image.height * by), image.height);
  return mapped(page, (_, x, y) => {
    const column = Math.floor(x - y * by);
    return column < 0 || column >= image.width ? 255 : (image.shades[y * image.width + column] ?? 255);
  });
}

/** @param inner is put over the middle of `image` */
export function withInMiddle(image: GrayImage, inner: GrayImage): GrayImage {
  return placed(image, inner, (image.width - inner.width) >> 1, (image.height - inner.height) >> 1);
}

export function placed(page: GrayImage, inner: GrayImage, left: number, top: number): GrayImage {
  return mapped(page, (shade, x, y) => {
    const [column, row] = [x - left, y - top];
    const inside = column >= 0 && row >= 0 && column < inner.width && row < inner.height;
    return inside ? (inner.shades[row * inner.width + column] ?? shade) : shade;
  });
}

/** A page with other things on it: boxes and lines in grays. */
export function busyPage(width: number, height: number): GrayImage {
  const random = randomNumbers(11);
  const page = whiteImage(width, height);
  for (let box = 0; box < 60; box++) {
    const [x, y, wide, high] = [random() * width, random() * height, random() * 60, random() * 20].map(Math.floor) as [
      number,
      number,
      number,
      number,
    ];
    const shade = Math.floor(random() * 200);
    for (let row = y; row < Math.min(height, y + high); row++)
      page.shades.fill(shade, row * width + x, row * width + Math.min(width, x + wide));
  }
  return page;
}
