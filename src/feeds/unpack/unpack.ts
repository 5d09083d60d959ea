import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FeedStream, LocalFile } from '../types.js';
import { fileBytes, unreadable } from './file-bytes.js';
import { inflate } from './inflate.js';
import { packingOf, signatureBytes } from './signatures.js';
import { UnpackedLimit } from './unpacked-limit.js';
import { zipMembers } from './zip.js';

export interface UnpackLimits {
  /** Of all streams of the file together, also where it is not packed. */
  readonly maxUnpackedBytes: number;
}

/** Something that can be read, perhaps packed once more. */
interface Content {
  readonly name: string;
  bytes(signal: AbortSignal): AsyncIterable<Buffer>;
}

/**
 * What a file holds: itself, what its gzip unpacks to, or the files in its zip. Nothing is unpacked before it is read.
 * @throws LW_FEED_UNREADABLE, LW_FEED_TRUNCATED, LW_FEED_FORMAT, here or, for one stream, while it is read;
 * LW_FEED_TOO_LARGE while it is read
 */
export async function unpack(
  file: LocalFile,
  { maxUnpackedBytes }: UnpackLimits,
  signal: AbortSignal,
): Promise<readonly FeedStream[]> {
  signal.throwIfAborted();
  const limit = new UnpackedLimit(maxUnpackedBytes, file.name);
  const contents = await contentsOf(file, signal);
  return contents.map(({ name, bytes }) => {
    const counted = limit.counted();
    return { name, open: (opened) => Readable.from(counted(bytes(opened))) };
  });
}

async function contentsOf(file: LocalFile, signal: AbortSignal): Promise<readonly Content[]> {
  const { name } = file;
  const packing = packingOf(await firstBytes(file));
  switch (packing) {
    case 'gzip':
      return [{ name, bytes: (opened) => unpackedOnce(inflate(fileBytes(file, opened), createGunzip(), name), name) }];
    case 'zip':
      return (await zipMembers(file, signal)).map((member) => ({
        name: member.name,
        bytes: (opened) => unpackedOnce(member.bytes(opened), member.name),
      }));
    case null:
      return [{ name, bytes: (opened) => fileBytes(file, opened) }];
    default:
      throw new LurewatchError('LW_FEED_FORMAT', `the file is packed as ${packing}, which is not unpacked here`, {
        where: name,
        mend: 'Deliver it as gzip, zip, or not packed.',
      });
  }
}

/** What was unpacked must not be packed again: an archive in an archive is how bombs are built. */
async function* unpackedOnce(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of bytes) {
      if (start === undefined) {
        yield chunk;
        continue;
      }
      start = Buffer.concat([start, chunk]);
      if (start.length < signatureBytes) continue;
      const first = notPacked(start, name);
      start = undefined;
      yield first;
    }
  } catch (error) {
    // The few bytes before a fault are given too.
    if (start !== undefined && start.length > 0 && packingOf(start) === null) yield start;
    throw error;
  }
  if (start !== undefined && start.length > 0) yield notPacked(start, name);
}

function notPacked(start: Buffer, name: string): Buffer {
  const packing = packingOf(start);
  if (packing === null) return start;
  throw new LurewatchError(
    'LW_FEED_FORMAT',
    `it is itself packed, as ${packing}; archives in archives are not unpacked`,
    {
      where: name,
      mend: 'Deliver it packed once.',
    },
  );
}

async function firstBytes(file: LocalFile): Promise<Buffer> {
  try {
    const handle = await open(file.path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}
