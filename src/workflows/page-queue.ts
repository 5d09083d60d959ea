import type { FolderPage } from './types.js';

/** The messages of a page that no batch has been given yet, oldest first, folder by folder. */
export class PageQueue {
  readonly #folders: FolderPage[];

  constructor(folders: readonly FolderPage[]) {
    this.#folders = [...folders];
  }

  /** The next messages, of one folder; undefined once there are none. */
  take(most: number): FolderPage | undefined {
    const [first] = this.#folders;
    if (first === undefined) return undefined;
    const rest = first.uids.slice(most);
    if (rest.length > 0) this.#folders[0] = { ...first, uids: rest };
    else this.#folders.shift();
    return { ...first, uids: first.uids.slice(0, most) };
  }
}
