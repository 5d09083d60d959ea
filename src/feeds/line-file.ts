import { type FileHandle, open } from 'node:fs/promises';

/** Characters. What waits longer than a moment in memory makes the garbage collector move it, and many files wait. */
const writtenTogether = 32 * 1024;

/** A file of this machine that lines are added to, written in pieces. */
export class LineFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  #waiting: string[] = [];
  #waitingChars = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** @param line with its line end */
  async add(line: string): Promise<void> {
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    if (this.#waitingChars >= writtenTogether) await this.#write();
  }

  /** Its path; undefined: there were no lines, and there is no file. */
  async end(): Promise<string | undefined> {
    await this.#write();
    await this.#file?.close();
    return this.#file === undefined ? undefined : this.#path;
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#file ??= await open(this.#path, 'a', 0o600);
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingChars = 0;
    await this.#file.appendFile(text);
  }
}
