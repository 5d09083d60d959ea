import { crc32, createInflateRaw } from 'node:zlib';
import { chunkSize, inflate } from './take-member.js';
import type { AttachedFile, Found } from './types.js';
import type { ZipEntry } from './zip-entries.js';

export interface UnpackedEntry {
  /** As far as they can be had, and were allowed. */
  readonly bytes: Buffer;
  readonly end: 'whole' | 'stopped' | 'damaged';
}

/** APPNOTE.TXT 4.4.5. */
export const stored = 0;
export const deflated = 8;

/** One file of a zip, in memory, paid from what the mail may unpack to, whatever it declares. */
export async function unpackEntry(
  file: AttachedFile,
  entry: ZipEntry,
  mostBytes: number,
  found: Found,
): Promise<UnpackedEntry> {
  const packed = file.bytes.subarray(entry.start, entry.start + entry.packedBytes);
  const most = Math.min(mostBytes, found.budget.unpackedBytes);
  if (entry.method !== stored && entry.method !== deflated) return { bytes: Buffer.alloc(0), end: 'damaged' };
  if (entry.method === stored) {
    const bytes = packed.subarray(0, most);
    found.budget.unpackedBytes -= bytes.length;
    return { bytes, end: bytes.length < packed.length ? 'stopped' : 'whole' };
  }
  const chunks: Buffer[] = [];
  let leftBytes = most;
  const end = await inflate(packed, createInflateRaw({ chunkSize }), (chunk) => {
    const taken = chunk.subarray(0, leftBytes);
    leftBytes -= taken.length;
    chunks.push(taken);
    return taken.length === chunk.length;
  });
  found.budget.unpackedBytes -= most - leftBytes;
  return { bytes: Buffer.concat(chunks), end };
}

/**
 * An entry with what holds of it: some programs pass over the flag that it is encrypted, and some go by the method in the
 * header before the file. Where these are in doubt, what gives the declared checksum is true. Paid from what the mail
 * may unpack to.
 */
export async function settledEntry(file: AttachedFile, entry: ZipEntry, found: Found): Promise<ZipEntry> {
  if (!entry.encrypted && entry.method === entry.localMethod) return entry;
  for (const method of new Set([entry.method, entry.localMethod])) {
    if (await holds(file, { ...entry, method }, found)) return { ...entry, method, encrypted: false };
  }
  return entry;
}

async function holds(file: AttachedFile, entry: ZipEntry, found: Found): Promise<boolean> {
  const packed = file.bytes.subarray(entry.start, entry.start + entry.packedBytes);
  let leftBytes = found.budget.unpackedBytes;
  let sum = 0;
  const take = (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes >= 0) sum = crc32(chunk, sum);
    return leftBytes >= 0;
  };
  let whole = false;
  // What is encrypted is longer by its header.
  if (entry.method === stored) whole = packed.length === entry.unpackedBytes && take(packed);
  else if (entry.method === deflated)
    whole = (await inflate(packed, createInflateRaw({ chunkSize }), take)) === 'whole';
  found.budget.unpackedBytes = Math.max(0, leftBytes);
  return whole && sum === entry.crc;
}
