import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import type { FeedFile, LocalFile } from '../types.js';
import type { PathSourceConfig } from './config.js';
import { copyFile, type FileToCopy, lookAt } from './copy-file.js';
import { findFiles } from './find-files.js';
import type { FeedSource, FetchedSource } from './source.js';

interface Found {
  readonly files: readonly FileToCopy[];
  readonly problems: readonly LurewatchError[];
}

/** A file on this machine, or those that a glob matches. Never says "unchanged": only their content tells. */
export class PathSource implements FeedSource {
  readonly #where: string;
  readonly #config: PathSourceConfig;
  readonly #baseFolder: string;

  constructor(where: string, config: PathSourceConfig, baseFolder: string) {
    this.#where = where;
    this.#config = config;
    this.#baseFolder = baseFolder;
  }

  async fetch(folder: string, _known: unknown, signal?: AbortSignal): Promise<FetchedSource> {
    const { taken, problems } = await this.#each((file, index) => {
      signal?.throwIfAborted();
      return copyFile(file, join(folder, `file-${index}`), signal);
    }, signal);
    const files: readonly FeedFile[] = taken;
    return { kind: 'files', files, problems, state: {} };
  }

  async check(signal?: AbortSignal): Promise<readonly string[]> {
    const { taken, problems } = await this.#each(lookAt, signal);
    const sizeBytes = taken.reduce((sum, file) => sum + file.sizeBytes, 0);
    const count = taken.length === 1 ? '' : `${taken.length} files, `;
    return [`${this.#config.path}: ${count}${sizeBytes} bytes`, ...problems.map((problem) => problem.what)];
  }

  async first(signal?: AbortSignal): Promise<LocalFile | undefined> {
    const { taken } = await this.#each(async (file) => ({ ...file, ...(await lookAt(file)) }), signal);
    return taken[0];
  }

  async close(): Promise<void> {}

  /** Does the work for each file. What one file cannot give is a problem; where none gives anything, an error. */
  async #each<T>(
    work: (file: FileToCopy, index: number) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly taken: readonly T[]; readonly problems: readonly LurewatchError[] }> {
    const found = await this.#find(signal);
    const taken: T[] = [];
    const problems = [...found.problems];
    for (const [index, file] of found.files.entries()) {
      try {
        taken.push(await work(file, index));
      } catch (error) {
        if (!isLurewatchError(error, 'LW_FEED_UNREADABLE', 'LW_FEED_UNREACHABLE', 'LW_FEED_TOO_LARGE')) throw error;
        problems.push(error);
      }
    }
    const [first, second] = problems;
    if (taken.length > 0 || first === undefined) return { taken, problems };
    if (second === undefined) throw first;
    throw new LurewatchError(first.code, `none of ${problems.length} files can be read; the first: ${first.what}`, {
      where: this.#where,
    });
  }

  async #find(signal: AbortSignal | undefined): Promise<Found> {
    const { path: pattern, maxBytes } = this.#config;
    const where = this.#where;
    const path = resolve(this.#baseFolder, pattern);
    if (await isLiteral(pattern, path)) return { files: [{ where, name: pattern, path, maxBytes }], problems: [] };

    const { files, unlisted } = await findFiles(pattern, this.#baseFolder, signal);
    const problems = unlisted.map(
      ({ path, cause }) =>
        new LurewatchError('LW_FEED_UNREADABLE', `the folder ${path} cannot be listed`, { where, cause }),
    );
    if (files.length === 0 && problems.length === 0) {
      throw new LurewatchError('LW_FEED_UNREADABLE', `no file matches ${pattern}`, { where });
    }
    return { files: files.map((file) => ({ ...file, where, maxBytes })), problems };
  }
}

/** Names like `feed (1).csv` and `feed[2].csv` look like globs. One with a star always is. */
async function isLiteral(pattern: string, path: string): Promise<boolean> {
  if (!isDynamicPattern(pattern)) return true;
  if (/[*?]/.test(pattern)) return false;
  return lstat(path).then(
    () => true,
    () => false,
  );
}
