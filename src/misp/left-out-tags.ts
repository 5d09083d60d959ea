/** One warning in so long a time is enough: what it asks for is done for the role, not for an event. */
const againAfterMs = 5 * 60_000;

/** Tags that MISP leaves out without a word, told once and not with each event of an import. */
export class LeftOutTags {
  readonly #told = new Map<string, number>();

  /** The warnings that are due now. */
  warnings(names: readonly string[], nowMs: number): readonly string[] {
    const due = names.filter((name) => {
      const toldMs = this.#told.get(name);
      return toldMs === undefined || nowMs - toldMs > againAfterMs;
    });
    // Names may come from the rows of a feed, without end.
    if (this.#told.size > 10_000) this.#told.clear();
    for (const name of due) this.#told.set(name, nowMs);
    return due.map(
      (name) =>
        `MISP left out the tag ${name}, and leaves it out of other events: the role of this user may not create or use it. Give the role perm_tag_editor (and perm_tagger), or create the tag in MISP`,
    );
  }
}
