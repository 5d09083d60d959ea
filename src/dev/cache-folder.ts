import { resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where what is built or downloaded once lies: LUREWATCH_CACHE, else the platform's cache folder. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  // Without the empty suffix env-paths appends `-nodejs` to the name.
  return resolve(environment.LUREWATCH_CACHE || envPaths('lurewatch', { suffix: '' }).cache);
}
