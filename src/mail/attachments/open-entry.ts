import { createInflateRaw } from 'node:zlib';
import { chunkSize, memberPart, nameOnly, takeMember } from './take-member.js';
import type { AttachedFile, Found } from './types.js';
import { deflated, settledEntry, stored } from './unpack-entry.js';
import type { ZipEntry } from './zip-entries.js';

/** Of nothing, packed. */
const emptyDeflatedBytes = 2;

/** Names, hashes and passes on one file of a zip, or says why not. */
export async function openEntry(file: AttachedFile, listed: ZipEntry, found: Found): Promise<void> {
  const entry = await settledEntry(file, listed, found);
  const packed = file.bytes.subarray(entry.start, entry.start + entry.packedBytes);
  if (entry.encrypted || (entry.method !== stored && entry.method !== deflated)) {
    found.finding(entry.encrypted ? 'archive-encrypted' : 'archive-unopened');
    const info = { fileName: nameOnly(entry.name), contentType: '', sizeBytes: entry.unpackedBytes };
    found.member({ ...info, part: memberPart(file, entry.name), from: file.part });
    return;
  }
  const engine = entry.method === deflated ? createInflateRaw({ chunkSize }) : null;
  await takeMember({ archive: file, path: entry.name, packed, engine }, found);
}

/** A name that ends so holds nothing, or hides what it holds. */
export function isFolder({ name, packedBytes }: ZipEntry): boolean {
  return /[/\\]$/.test(name) && packedBytes <= emptyDeflatedBytes;
}
