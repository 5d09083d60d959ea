/** How a module's source begins, packed: `Attribute VB_Name`, behind the signature and the header of its first chunk. */
const moduleStart = Buffer.from('\0Attribut', 'latin1');
const chunkBytes = 4096;
const maxModules = 500;

/**
 * Source of the modules in a stream of a VBA project (MS-OVBA §2.4.1), found by how they begin: where a module says it
 * starts is itself packed, and not always true.
 */
export function vbaSources(stream: Buffer, mostBytes: number): readonly string[] {
  const sources: string[] = [];
  let left = mostBytes;
  let from = 0;
  while (sources.length < maxModules && left > 0) {
    const at = stream.indexOf(moduleStart, from);
    if (at < 0) break;
    from = at + moduleStart.length;
    if (at < 3 || stream[at - 3] !== 1) continue;
    const { bytes, end } = decompressVba(stream, at - 3, left);
    left -= bytes.length;
    from = Math.max(from, end);
    sources.push(bytes.toString('latin1'));
  }
  return sources;
}

function decompressVba(stream: Buffer, start: number, mostBytes: number): { bytes: Buffer; end: number } {
  const chunks: Buffer[] = [];
  let at = start + 1;
  let left = mostBytes;
  while (at + 2 <= stream.length && left > 0) {
    const header = stream.readUInt16LE(at);
    if (((header >> 12) & 7) !== 3) break;
    const data = stream.subarray(at + 2, at + (header & 0x0fff) + 3);
    const chunk = (header >> 15 === 1 ? unpackChunk(data) : data).subarray(0, left);
    left -= chunk.length;
    chunks.push(chunk);
    at += (header & 0x0fff) + 3;
  }
  return { bytes: Buffer.concat(chunks), end: at };
}

/** §2.4.1.3.5: how many bits of a copy are its length depends on how much there is to copy from. */
function unpackChunk(data: Buffer): Buffer {
  const out = Buffer.alloc(chunkBytes);
  let length = 0;
  let at = 0;
  while (at < data.length && length < chunkBytes) {
    const flags = data[at++] as number;
    for (let bit = 0; bit < 8 && at < data.length && length < chunkBytes; bit++) {
      if (((flags >> bit) & 1) === 0) {
        out[length++] = data[at++] as number;
        continue;
      }
      if (at + 2 > data.length) return out.subarray(0, length);
      const token = data.readUInt16LE(at);
      at += 2;
      const offsetBits = Math.max(4, Math.ceil(Math.log2(Math.max(1, length))));
      const distance = (token >> (16 - offsetBits)) + 1;
      const end = Math.min(chunkBytes, length + (token & (0xffff >> offsetBits)) + 3);
      if (distance > length) return out.subarray(0, length);
      for (; length < end; length++) out[length] = out[length - distance] as number;
    }
  }
  return out.subarray(0, length);
}
