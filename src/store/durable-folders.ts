import { closeSync, fsync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Makes durable which names a folder holds. */
export type SyncFolder = (folder: string) => Promise<void>;

const sync = promisify(fsync);

export const syncFolder: SyncFolder = async (folder) => {
  const handle = openSync(folder, 'r');
  try {
    await sync(handle);
  } finally {
    closeSync(handle);
  }
};

/** The folders below a root, each made durable before this process first uses it. */
export class DurableFolders {
  readonly #root: string;
  readonly #sync: SyncFolder;
  /** Their names are durable, and so are those of all folders that they stand in. */
  readonly #known = new Set<string>();

  /** @param root an absolute path */
  constructor(root: string, sync: SyncFolder) {
    this.#root = root;
    this.#sync = sync;
  }

  /**
   * Makes these folders where they are missing. One that stands already is made durable as well, up to the root:
   * whoever made it may have died before that. What could not be made durable is tried again at its next use.
   */
  async prepare(folders: readonly string[]): Promise<void> {
    const wanted = new Set(folders.filter((folder) => !this.#known.has(folder)));
    for (const folder of wanted) await mkdir(folder, { recursive: true });
    const named = new Set<string>();
    for (const folder of wanted) {
      for (let inner = folder; inner !== this.#root && !this.#known.has(inner); inner = dirname(inner)) {
        named.add(inner);
      }
    }
    await this.syncAll(new Set([...named].map((folder) => dirname(folder))));
    for (const folder of named) this.#known.add(folder);
  }

  async syncAll(folders: Iterable<string>): Promise<void> {
    await Promise.all([...folders].map(this.#sync));
  }

  /** Somebody removed folders: which ones, nobody says. */
  forget(): void {
    this.#known.clear();
  }
}

/** Makes a root and what is missing above it, durably. */
export async function makeRoot(root: string, sync: SyncFolder): Promise<void> {
  const first = await mkdir(root, { recursive: true });
  if (first === undefined) return;
  for (let made = root; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}
