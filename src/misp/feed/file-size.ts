import { stat } from 'node:fs/promises';
import { fileCode } from './file-code.js';

/** In bytes; undefined where there is no file. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (fileCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
