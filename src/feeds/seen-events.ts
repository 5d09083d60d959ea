import { join } from 'node:path';
import { LineFile } from './line-file.js';
import type { Spool } from './spool.js';

export const hexDigits = [...'0123456789abcdef'];

/** The UUIDs of all events that a feed describes, by their first digit: what is missing among them has left the feed. */
export class SeenEvents {
  readonly #files: ReadonlyMap<string, LineFile>;

  /** @param folder of this machine, which the caller made and removes */
  constructor(folder: string) {
    this.#files = new Map(hexDigits.map((digit) => [digit, new LineFile(join(folder, `seen-${digit}.txt`))]));
  }

  async add(uuid: string): Promise<void> {
    await this.#files.get(uuid.slice(0, 1))?.add(`${uuid}\n`);
  }

  async keep(spool: Spool): Promise<void> {
    for (const [digit, lines] of this.#files) {
      const path = await lines.end();
      if (path !== undefined) await spool.putSeen(digit, path);
    }
  }
}
