import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Put, S3Objects } from './objects.js';

const mostTries = 5;
const pauseMs = 50;

/**
 * Creates an object unless its name is taken, and knows whose it is: a request that died after it was carried out is
 * sent again and then finds the name taken, by itself. So each call leaves a mark of its own in the metadata of what it
 * makes, and whoever is refused looks for it. (Equal bytes would not do: two callers may well write the same.)
 *
 * @param put tries once, under a mark
 * @returns true: this very call created it
 */
export async function createOnce(
  objects: S3Objects,
  name: string,
  put: (mark: string) => Promise<Put>,
): Promise<boolean> {
  const mark = randomUUID();
  for (let tries = 1; ; tries += 1) {
    if ((await put(mark)) === 'created') return true;
    const standing = await objects.markOf(name);
    if (standing !== undefined) return standing === mark;
    // Refused by something that is gone by now: by a conflict, or an object removed since.
    if (tries === mostTries) throw new LurewatchError('LW_STORE_UNAVAILABLE', `${name} is refused and is not there`);
    await pause(pauseMs * 2 ** tries * Math.random());
  }
}
