export interface DecompressedRtf {
  readonly bytes: Buffer;
  /** It unpacks to more than was allowed. */
  readonly cut: boolean;
}

/** What every sender and reader have in common before the first byte (MS-OXRTFCP §2.1.2.1). */
const dictionaryStart = Buffer.from(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
  'latin1',
);
const dictionaryMask = 4095;
const headerBytes = 16;
const packedMark = 0x75465a4c;
const plainMark = 0x414c454d;

/**
 * The RTF of a message (MS-OXRTFCP). Sizes and checksum of its header are not believed: it ends where the bytes do.
 * @returns null where it is none
 */
export function decompressRtf(packed: Buffer, mostBytes: number): DecompressedRtf | null {
  if (packed.length < headerBytes) return null;
  const mark = packed.readUInt32LE(8);
  if (mark === plainMark) {
    const bytes = packed.subarray(headerBytes, headerBytes + mostBytes);
    return { bytes, cut: packed.length - headerBytes > mostBytes };
  }
  return mark === packedMark ? unpack(packed, mostBytes) : null;
}

function unpack(packed: Buffer, mostBytes: number): DecompressedRtf {
  const start = dictionaryStart.length;
  // Two bytes give eighteen at most.
  const out = Buffer.allocUnsafe(start + Math.min(mostBytes, (packed.length - headerBytes) * 9));
  dictionaryStart.copy(out);
  let length = start;
  let at = headerBytes;
  while (at < packed.length && length < out.length) {
    const control = packed[at++] as number;
    for (let bit = 0; bit < 8 && at < packed.length && length < out.length; bit++) {
      if (((control >> bit) & 1) === 0) {
        out[length++] = packed[at++] as number;
        continue;
      }
      if (at + 2 > packed.length) return { bytes: out.subarray(start, length), cut: false };
      const token = packed.readUInt16BE(at);
      at += 2;
      const from = token >> 4;
      if (from === (length & dictionaryMask)) return { bytes: out.subarray(start, length), cut: false };
      let distance = (length - from) & dictionaryMask;
      // Before the beginning of the dictionary there is nothing.
      if (distance > length) distance = length;
      const end = Math.min(out.length, length + (token & 15) + 2);
      for (; length < end; length++) out[length] = out[length - distance] as number;
    }
  }
  return { bytes: out.subarray(start, length), cut: at < packed.length && length - start >= mostBytes };
}
