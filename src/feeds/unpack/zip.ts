import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { LocalFile } from '../types.js';
import { fileBytes } from './file-bytes.js';
import { inflate } from './inflate.js';

/** A file in a zip. */
export interface ZipMember {
  /** `feed.zip!inner.csv`: a name to show, never a path to write to. */
  readonly name: string;
  bytes(signal: AbortSignal): AsyncIterable<Buffer>;
}

const mostMembers = 1000;
const longestName = 200;

/**
 * The files in a zip, by its directory; folders, and what macOS puts beside each file, are none.
 * @throws LW_FEED_TRUNCATED without a directory that can be read, LW_FEED_FORMAT
 */
export async function zipMembers(file: LocalFile, signal: AbortSignal): Promise<readonly ZipMember[]> {
  const zip = await openZip(file);
  try {
    const members: ZipMember[] = [];
    for await (const entry of entriesOf(zip, file)) {
      signal.throwIfAborted();
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      if (name.endsWith('/') || name.startsWith('__MACOSX/')) continue;
      if (members.length === mostMembers) throw formatError(file.name, `the zip holds more than ${mostMembers} files`);
      members.push(memberOf(file, entry, `${file.name}!${shortName(name)}`, await dataStart(zip, entry, file)));
    }
    if (members.length === 0) throw formatError(file.name, 'the zip holds no file');
    return members;
  } finally {
    zip.close();
  }
}

/** It stands beside each of its rows, in results of a bounded size. */
function shortName(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName)}…`;
}

function memberOf(file: LocalFile, entry: Entry, name: string, start: number): ZipMember {
  const stored = entry.compressionMethod === 0;
  return {
    name,
    async *bytes(signal) {
      if (entry.isEncrypted()) throw formatError(name, 'it is encrypted with a password, and cannot be read');
      if (!stored && entry.compressionMethod !== 8) {
        throw formatError(name, `it is compressed by method ${entry.compressionMethod}; only deflate is unpacked`);
      }
      const packed = fileBytes(file, signal, { start, sizeBytes: entry.compressedSize });
      const unpacked = stored ? packed : inflate(packed, createInflateRaw(), name);
      yield* checked(unpacked, entry, name);
    },
  };
}

async function* checked(bytes: AsyncIterable<Buffer>, entry: Entry, name: string): AsyncGenerator<Buffer> {
  let sum = 0;
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sum = crc32(chunk, sum);
    sizeBytes += chunk.length;
    yield chunk;
  }
  if (sizeBytes !== entry.uncompressedSize || sum !== entry.crc32) throw damaged(name, 'its checksum does not match');
}

async function openZip(file: LocalFile): Promise<ZipFile> {
  try {
    // Names are decoded here: yauzl takes a name with `../` for an error.
    return await openPromise(file.path, { autoClose: false, lazyEntries: true, decodeStrings: false });
  } catch (error) {
    throw damaged(file.name, 'its directory, which stands at the end, cannot be read', error);
  }
}

async function* entriesOf(zip: ZipFile, file: LocalFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    throw damaged(file.name, 'its directory cannot be read', error);
  }
}

async function dataStart(zip: ZipFile, entry: Entry, file: LocalFile): Promise<number> {
  try {
    return (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
  } catch (error) {
    throw damaged(file.name, 'the header of a member cannot be read', error);
  }
}

function damaged(where: string, reason: string, cause?: unknown): LurewatchError {
  return new LurewatchError('LW_FEED_TRUNCATED', `the zip is cut off or damaged: ${reason}`, { where, cause });
}

function formatError(where: string, what: string): LurewatchError {
  return new LurewatchError('LW_FEED_FORMAT', what, {
    where,
    mend: 'Deliver it unpacked, as gzip, or as a plain zip.',
  });
}
