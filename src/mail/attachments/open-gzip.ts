import { createGunzip } from 'node:zlib';
import { chunkSize, takeMember } from './take-member.js';
import { takePlace } from './take-place.js';
import type { AttachedFile, Found } from './types.js';

/** A gzip holds one file, named as the gzip is without its ending. */
export async function openGzip(file: AttachedFile, found: Found): Promise<void> {
  if (!takePlace(found)) return;
  const path = (file.name ?? 'file').replace(/\.(?:gz|gzip)$/i, '').replace(/\.tgz$/i, '.tar');
  await takeMember({ archive: file, path, packed: file.bytes, engine: createGunzip({ chunkSize }) }, found);
}
