import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ofItsOwn = /\.[0-9a-f-]{36}$/;

/**
 * Removes files of a store that nobody has stored again, with any number of others at the same work and writers at any
 * moment. A writer who finds the name taken renews the file's time (src/store/file-store.ts). So a file is first moved
 * aside, where no writer reaches it, and looked at once more there: from then on a writer finds the name free and puts
 * its own copy there, and what was renewed before is put back.
 */
export class ExpiringFiles {
  readonly #aside: string;

  /** @param aside a folder on the same file system, for this alone */
  constructor(aside: string) {
    this.#aside = aside;
  }

  /**
   * @param path of a file
   * @param name which `recover` is to know the file by
   * @returns false: it is gone, or was stored again at or after that time
   */
  remove(path: string, name: string, beforeMs: number): boolean {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.mtimeMs >= beforeMs) return false;
    // Of its own: who else moves a file of this name aside would put it over this one, or lose it with this one.
    const aside = join(this.#aside, `${name}.${randomUUID()}`);
    if (!ifPresent(() => renameSync(path, aside))) return false;
    return this.#settle(aside, path, beforeMs);
  }

  async prepare(): Promise<void> {
    await mkdir(this.#aside, { recursive: true });
  }

  /** Deals with what a process that died has left aside; harmless for what another one has aside just now. */
  async recover(pathOf: (name: string) => string, beforeMs: number): Promise<void> {
    for (const name of await readdir(this.#aside)) {
      this.#settle(join(this.#aside, name), pathOf(name.replace(ofItsOwn, '')), beforeMs);
    }
  }

  #settle(aside: string, path: string, beforeMs: number): boolean {
    const found = statSync(aside, { throwIfNoEntry: false });
    const renewed = found !== undefined && found.mtimeMs >= beforeMs;
    if (renewed) ifPresent(() => linkBack(aside, path));
    rmSync(aside, { force: true });
    return found !== undefined && !renewed;
  }
}

/** Where a writer was faster its copy is as good. */
function linkBack(aside: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** False: it was gone, since somebody else is at the same work. */
function ifPresent(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
