import { type Dirent, lstat, readdir, realpath, type Stats, stat } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { type GlobOptions, glob } from 'tinyglobby';

export interface FoundFiles {
  /** Sorted by name; symbolic links that lead nowhere among them, so that reading them tells. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  /** Folders on the way that could not be listed. */
  readonly unlisted: readonly { readonly path: string; readonly cause: Error }[];
}

type Done<T> = (error: NodeJS.ErrnoException | null, result: T) => void;

/**
 * The files that a glob matches; hidden ones only where it says so.
 * What cannot be listed or followed is told: tinyglobby by itself passes over it in silence.
 */
export async function findFiles(
  pattern: string,
  baseFolder: string,
  signal: AbortSignal | undefined,
): Promise<FoundFiles> {
  const unlisted: { path: string; cause: Error }[] = [];
  // Of the overloads of node:fs, these are the ones that are called.
  const fileSystem = {
    readdir: (path: string, options: { withFileTypes: true }, callback: Done<Dirent[]>) =>
      readdir(path, options, (cause, entries) => {
        if (cause !== null && cause.code !== 'ENOENT') unlisted.push({ path, cause });
        callback(cause, entries);
      }),
    realpath: (path: string, callback: Done<string>) =>
      realpath(path, (error, resolved) => callback(null, error === null ? resolved : path)),
    stat: (path: string, callback: Done<Stats>) =>
      stat(path, (error, stats) => (error === null ? callback(null, stats) : lstat(path, callback))),
  } as unknown as NonNullable<GlobOptions['fs']>;
  const paths = await glob(pattern, {
    cwd: baseFolder,
    absolute: true,
    expandDirectories: false,
    fs: fileSystem,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  const files = paths.map((path) => ({ path, name: isAbsolute(pattern) ? path : relative(baseFolder, path) }));
  return { files: files.sort((one, other) => (one.name < other.name ? -1 : 1)), unlisted };
}
