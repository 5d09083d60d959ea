import type { Warning } from '../errors/warning.js';
import { ToldOnce } from './told-once.js';

/** Tags that MISP leaves out without a word, told once and not with each event of an import. */
export class LeftOutTags {
  readonly #told = new ToldOnce();

  /** The warnings that are due now. */
  warnings(names: readonly string[], nowMs: number): readonly Warning[] {
    return this.#told.due(names, nowMs).map((name) => ({
      code: 'LW_WARN_TAG_REFUSED',
      reason: `MISP left out the tag ${name}, and leaves it out of other events: the role of this user may not create or use it. Give the role perm_tag_editor (and perm_tagger), or create the tag in MISP`,
    }));
  }
}
