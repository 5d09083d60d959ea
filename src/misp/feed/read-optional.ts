import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodeText } from '../../feeds/formats/decode-text.js';
import { fileCode } from './file-code.js';

/** The text of a file; undefined where there is none. */
export async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (fileCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The same of a file of any size, in pieces of 64 kB; none where there is no file. Between two of them the event loop
 * has its turn, which heartbeats and the folder's lock need.
 */
export async function* optionalPieces(path: string): AsyncGenerator<string> {
  try {
    yield* decodeText(createReadStream(path), 'utf-8');
  } catch (error) {
    if (fileCode(error) !== 'ENOENT') throw error;
  }
}
