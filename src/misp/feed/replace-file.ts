import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { temporaryPath } from './atomic-write.js';
import { fileSize } from './file-size.js';

const charactersPerPiece = 256 * 1024;

/**
 * Replaces a file of any size by a text that comes in pieces, so that a reader, or a crash, meets either the old or the
 * new one, whole. One that says the same already stays as it is. `beforeRename` may still throw.
 */
export async function replaceFile(
  folder: string,
  name: string,
  pieces: AsyncIterable<string>,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const path = join(folder, name);
  const temporary = temporaryPath(folder);
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      for await (const piece of gathered(pieces)) await file.appendFile(piece);
      if (await isSame(path, temporary)) return;
      await file.sync();
    } finally {
      await file.close();
    }
    await beforeRename();
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Many short texts as fewer long ones, each to be written by itself. */
async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < charactersPerPiece) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function isSame(one: string, other: string): Promise<boolean> {
  if ((await fileSize(one)) !== (await fileSize(other))) return false;
  return (await digestOf(one)).equals(await digestOf(other));
}

async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}
