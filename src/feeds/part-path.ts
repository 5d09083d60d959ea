import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { findFiles } from './sources/find-files.js';

/** What no import may read or write beside, however it is named. */
export interface Withheld {
  readonly storeFolder: string | undefined;
  /** The configuration itself, and the files of its secrets. */
  readonly files: readonly string[];
}

export interface PartPlace {
  /** Of the configuration. */
  readonly baseFolder: string;
  /** The path or glob of the source; undefined: it does not lie on this machine. */
  readonly pattern: string | undefined;
  readonly withheld: Withheld;
}

/**
 * Where a file lies that is to be read in place of the source: right beside the source's files, or beside
 * lurewatch.yaml. Whoever may start a workflow names it, and an import tells much of what it reads: it must not become
 * a way to read any file of the worker's machine. Symbolic links count as what they lead to.
 * @throws LW_FEED_UNREADABLE
 */
export async function partPath(where: string, path: string, place: PartPlace): Promise<string> {
  const { baseFolder, withheld } = place;
  const named = resolve(baseFolder, path);
  const whole = await realOf(named);
  const folders = await Promise.all((await neighbours(place)).map(realOf));
  if (!folders.includes(dirname(whole))) {
    throw refused(where, `${path} lies in another folder than the configuration and the source`);
  }
  const files = await Promise.all(withheld.files.map((file) => realOf(resolve(baseFolder, file))));
  const hidden = [named, whole].some((each) => basename(each).startsWith('.'));
  if (hidden || files.includes(whole)) {
    throw refused(where, `${path} is hidden, the configuration or a secret, and no part of a feed`);
  }
  if (await isInStore(whole, withheld)) throw refused(where, `${path} lies in the store, and is no part of a feed`);
  return whole;
}

/** Whether a path is of the store, which only the ledger may write to. */
async function isInStore(path: string, { storeFolder }: Withheld): Promise<boolean> {
  if (storeFolder === undefined) return false;
  const way = relative(await realOf(storeFolder), await realOf(path));
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** The folders of the source's files, as they are now, and that of the configuration. */
async function neighbours({ baseFolder, pattern }: PartPlace): Promise<readonly string[]> {
  if (pattern === undefined) return [baseFolder];
  const folders = [baseFolder, dirname(resolve(baseFolder, pattern))];
  if (!isDynamicPattern(pattern)) return folders;
  const { files } = await findFiles(pattern, baseFolder, undefined);
  return [...folders, fixedPart(baseFolder, pattern), ...files.map((file) => dirname(file.path))];
}

function fixedPart(baseFolder: string, pattern: string): string {
  const segments = resolve(baseFolder, pattern).split(sep);
  const dynamic = segments.findIndex((segment) => isDynamicPattern(segment));
  return segments.slice(0, dynamic === -1 ? -1 : dynamic).join(sep) || sep;
}

/** Of what does not exist, its folder all the same. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : resolve(await realOf(dirname(path)), basename(path));
  }
}

function refused(where: string, what: string): LurewatchError {
  const mend = 'Put the file beside the source, or beside lurewatch.yaml.';
  return new LurewatchError('LW_FEED_UNREADABLE', what, { where, mend });
}
