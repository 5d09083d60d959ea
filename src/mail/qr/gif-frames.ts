const extension = 0x21;
const graphicControl = 0xf9;
const imageSeparator = 0x2c;
const trailer = 0x3b;

/**
 * The pictures of an animated GIF, each as a GIF of its own: the decoder only takes the first. Transparent pixels
 * become white, which they are on a page. Each block is looked at once; what is broken ends the search.
 * @see GIF89a specification §18-26
 */
export function gifFrames(bytes: Buffer, most: number): readonly Buffer[] {
  const flags = bytes[10] ?? 0;
  const headEnd = 13 + tableBytes(flags);
  const frames: Buffer[] = [];
  let transparent: number | null = null;
  let at = headEnd;
  while (at + 10 < bytes.length && frames.length < most && bytes[at] !== trailer) {
    if (bytes[at] === extension) {
      if (bytes[at + 1] === graphicControl)
        transparent = ((bytes[at + 3] ?? 0) & 1) === 1 ? (bytes[at + 6] ?? 0) : null;
      at = blocksEnd(bytes, at + 2);
    } else if (bytes[at] === imageSeparator) {
      const ownTable = tableBytes(bytes[at + 9] ?? 0);
      const end = blocksEnd(bytes, at + 10 + ownTable + 1);
      const frame = Buffer.concat([bytes.subarray(0, headEnd), bytes.subarray(at, end), Buffer.of(trailer)]);
      const table = ownTable > 0 ? headEnd + 10 : 13;
      const colours = (ownTable > 0 ? ownTable : headEnd - 13) / 3;
      if (transparent !== null && transparent < colours)
        frame.fill(0xff, table + transparent * 3, table + transparent * 3 + 3);
      frames.push(frame);
      transparent = null;
      at = end;
    } else break;
  }
  return frames;
}

function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function blocksEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
  return Math.min(bytes.length, at + 1);
}
