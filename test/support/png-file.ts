import { deflateSync } from 'node:zlib';
import { pngChunk } from './png-chunk.js';
import type { Random } from './random.js';

/** A grey picture of noise and stripes (PNG, ISO/IEC 15948). */
export function pngFile(width: number, height: number, random: Random): Buffer {
  const rows = Buffer.concat(
    Array.from({ length: height }, (_, row) => {
      const shade = random.below(256);
      const pixels = Array.from({ length: width }, () => (row % 3 === 0 ? random.below(256) : shade));
      // Each row begins with its filter; 0 is none.
      return Buffer.from([0, ...pixels]);
    }),
  );
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', head),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
