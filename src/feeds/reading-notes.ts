import { join } from 'node:path';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { FeedProblem, Reject, RowNote } from '../workflows/feed-types.js';
import { jsonLine } from './json-lines.js';
import { LineFile } from './line-file.js';
import type { RejectedRow, RowWarning } from './types.js';

/** Of rejects and warnings, so many travel through the history; of rejects all stand in a file. */
const shown = 100;
const longestReason = 300;
const longestProblem = 1000;

/** What is to be told of a reading: rows that were rejected, attributes that were left out, files that failed. */
export class ReadingNotes {
  readonly rejects: Reject[] = [];
  readonly warnings: RowNote[] = [];
  readonly problems: FeedProblem[] = [];
  rejected = 0;
  /** Warnings, shown or not. */
  warned = 0;
  /** The first problem, for where nothing else came of the reading. */
  trouble: LurewatchError | undefined;
  readonly #lines: LineFile;

  /** @param folder of this machine, which the caller made and removes */
  constructor(folder: string) {
    this.#lines = new LineFile(join(folder, 'rejected.jsonl'));
  }

  async reject({ file, row, raw, code, reason }: RejectedRow): Promise<void> {
    this.rejected += 1;
    if (this.rejects.length < shown) this.rejects.push({ file, row, code, reason: cut(reason) });
    await this.#lines.add(jsonLine({ file, row, code, reason, raw }));
  }

  warn(warnings: readonly RowWarning[]): void {
    this.warned += warnings.length;
    for (const { file, row, code, reason } of warnings.slice(0, shown - this.warnings.length)) {
      this.warnings.push({ file, row, code, reason: cut(reason) });
    }
  }

  note(error: LurewatchError): void {
    this.trouble ??= error;
    if (this.problems.length < shown)
      this.problems.push({ code: error.code, message: error.message.slice(0, longestProblem) });
  }

  /** A file with all rejected rows, a line of JSON each; undefined: there were none. */
  async end(): Promise<string | undefined> {
    return this.#lines.end();
  }
}

function cut(reason: string): string {
  return reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason;
}
