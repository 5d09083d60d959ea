/** How right a list is beside the one that was expected. */
export class Score {
  #right = 0;
  #found = 0;
  #expected = 0;
  readonly missed: string[] = [];
  readonly wrong: string[] = [];

  add(found: Iterable<string>, expected: Iterable<string>): void {
    const [mine, wanted] = [new Set(found), new Set(expected)];
    this.#found += mine.size;
    this.#expected += wanted.size;
    for (const value of wanted)
      if (mine.has(value)) this.#right += 1;
      else this.missed.push(value);
    for (const value of mine) if (!wanted.has(value)) this.wrong.push(value);
  }

  get expected(): number {
    return this.#expected;
  }

  /** Share of what was found that is right. */
  get precision(): number {
    return this.#found === 0 ? Number.NaN : this.#right / this.#found;
  }

  /** Share of what is there that was found. */
  get recall(): number {
    return this.#expected === 0 ? Number.NaN : this.#right / this.#expected;
  }
}
