import type { GrayImage } from '../../src/mail/qr/gray-image.js';

/**
 * A baseline JPEG (ITU-T T.81) of an image whose blocks of eight by eight pixels have one shade each: then only the
 * mean of a block needs to be coded, and the rest of it is empty.
 */
export function jpegOf({ width, height, shades }: GrayImage): Buffer {
  const bits = new BitWriter();
  let before = 0;
  for (let y = 0; y < height; y += 8) {
    for (let x = 0; x < width; x += 8) {
      const mean = (shades[y * width + x] ?? 255) - 128;
      bits.writeDifference(mean - before);
      before = mean;
    }
  }
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    // A mean is coded as eight times the shade.
    segment(0xdb, Buffer.from([0, ...new Array<number>(64).fill(8)])),
    segment(0xc0, frame),
    // Twelve codes of four bits for the sizes of differences; one code for "nothing follows".
    segment(0xc4, Buffer.from([0x00, 0, 0, 0, 12, ...new Array<number>(12).fill(0), ...Array(12).keys()])),
    segment(0xc4, Buffer.from([0x10, 1, ...new Array<number>(15).fill(0), 0])),
    segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)),
    bits.end(),
    Buffer.of(0xff, 0xd9),
  ]);
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

class BitWriter {
  readonly #bytes: number[] = [];
  #held = 0;
  #bits = 0;

  /** T.81 F.1.2.1, and at once the end of the block. */
  writeDifference(difference: number): void {
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    this.#write(size, 4);
    this.#write(difference < 0 ? difference + 2 ** size - 1 : difference, size);
    this.#write(0, 1);
  }

  end(): Buffer {
    while (this.#bits > 0) this.#write(1, 1);
    return Buffer.from(this.#bytes);
  }

  #write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#held = (this.#held << 1) | ((value >> bit) & 1);
      this.#bits += 1;
      if (this.#bits < 8) continue;
      this.#bytes.push(this.#held);
      if (this.#held === 0xff) this.#bytes.push(0);
      this.#held = 0;
      this.#bits = 0;
    }
  }
}
