import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FeedFile } from '../types.js';
import { saveStream } from './save-stream.js';

export interface FileToCopy {
  /** Where the configuration names it. */
  readonly where: string;
  /** As errors and results name it. */
  readonly name: string;
  readonly path: string;
  readonly maxBytes: number;
}

const attempts = 3;
const settlingMs = 250;

/**
 * Copies a file as it was at one moment. It is read twice and more (hash, rows, rejected rows), for minutes, while
 * whoever writes it knows nothing of us: only a copy is the same each time. One that is replaced meanwhile (renamed
 * over) is copied as it was; one that is written to in place is copied anew.
 */
export async function copyFile(source: FileToCopy, to: string, signal: AbortSignal | undefined): Promise<FeedFile> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await pause(settlingMs);
    signal?.throwIfAborted();
    const copied = await opened(source, (file, before) => copyOnce(source, file, before, to, signal));
    if (copied !== undefined) return copied;
    await rm(to, { force: true });
  }
  throw new LurewatchError('LW_FEED_UNREACHABLE', `${source.name} is being written to while it is read`, {
    where: source.where,
    mend: 'It is tried again. Write it under another name and rename it when it is complete.',
  });
}

/** Throws as copying would, without reading: what `check` needs. */
export function lookAt(source: FileToCopy): Promise<{ readonly sizeBytes: number }> {
  return opened(source, async (_file, { size }) => ({ sizeBytes: Number(size) }));
}

/** Undefined where it changed meanwhile. */
async function copyOnce(
  source: FileToCopy,
  file: FileHandle,
  before: BigIntStats,
  to: string,
  signal: AbortSignal | undefined,
): Promise<FeedFile | undefined> {
  const chunks = readChunks(file, Number(before.size), source);
  const saved = await saveStream(chunks, to, source.maxBytes, () => tooLarge(source), signal);
  const after = await file.stat({ bigint: true });
  const same = before.mtimeNs === after.mtimeNs && before.size === after.size && BigInt(saved.sizeBytes) === after.size;
  return same ? { name: source.name, path: to, ...saved } : undefined;
}

async function opened<T>(source: FileToCopy, work: (file: FileHandle, stats: BigIntStats) => Promise<T>): Promise<T> {
  // Without NONBLOCK, a pipe that nobody writes to would keep us here for ever.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(source.path, flags).catch((cause: unknown) => {
    throw unreadable(source, cause);
  });
  try {
    const stats = await file.stat({ bigint: true });
    if (stats.isDirectory()) {
      const mend = `Name its files with a glob, like \`${source.name.replace(/\/+$/, '')}/*\`.`;
      throw new LurewatchError('LW_FEED_UNREADABLE', `${source.name} is a folder`, { where: source.where, mend });
    }
    if (!stats.isFile()) {
      throw new LurewatchError('LW_FEED_UNREADABLE', `${source.name} is no regular file`, { where: source.where });
    }
    if (stats.size > BigInt(source.maxBytes)) throw tooLarge(source);
    return await work(file, stats);
  } finally {
    await file.close();
  }
}

/** So many bytes and no more: a file that grows as fast as it is read would never end. */
async function* readChunks(file: FileHandle, sizeBytes: number, source: FileToCopy): AsyncGenerator<Buffer> {
  for (let left = sizeBytes; left > 0; ) {
    const chunk = Buffer.allocUnsafe(Math.min(left, 256 * 1024));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null).catch((cause: unknown) => {
      throw unreadable(source, cause);
    });
    if (bytesRead === 0) return;
    left -= bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

function unreadable({ name, where }: FileToCopy, cause: unknown): LurewatchError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by the user of the worker',
    ELOOP: 'is a symbolic link that leads nowhere',
  };
  return new LurewatchError('LW_FEED_UNREADABLE', `${name} ${words[code] ?? `cannot be read (${code})`}`, {
    where,
    cause,
  });
}

function tooLarge({ name, where, maxBytes }: FileToCopy): LurewatchError {
  return new LurewatchError('LW_FEED_TOO_LARGE', `${name} is larger than ${maxBytes} bytes`, { where });
}
