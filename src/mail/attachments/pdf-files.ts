import { createHash } from 'node:crypto';
import { z } from 'zod';
import { undoFilters } from './pdf-filters.js';
import type { EmbeddedStream } from './pdf-references.js';
import { takeMember } from './take-member.js';
import type { AttachedFile, Found } from './types.js';

const listed = z.object({ filename: z.string(), content: z.instanceof(Uint8Array) });

/** Files embedded in a PDF (ISO 32000-2 §7.11.4): named, hashed and looked into as those of an archive are. */
export class PdfFiles {
  readonly #pdf: AttachedFile;
  readonly #found: Found;
  /** By name and content: the library and the objects of the PDF tell of the same files. */
  readonly #named = new Set<string>();
  readonly #contents = new Set<string>();

  constructor(pdf: AttachedFile, found: Found) {
    this.#pdf = pdf;
    this.#found = found;
  }

  /** As the library gives them: by name, or in a list with others. */
  async takeListed(given: unknown): Promise<void> {
    if (typeof given !== 'object' || given === null) return;
    for (const value of Object.values(given)) {
      const parsed = listed.safeParse(value);
      // Nothing is left of what was too large; its stream tells of it.
      if (!parsed.success || parsed.data.content.length === 0) continue;
      const { filename, content } = parsed.data;
      const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (this.#named.has(`${hash} ${filename}`)) continue;
      this.#named.add(`${hash} ${filename}`);
      this.#contents.add(hash);
      if (!this.#hasRoom()) return;
      await this.#take(filename, bytes, true);
    }
  }

  /** What the library does not reach, or did not look into. */
  async takeStreams(files: readonly EmbeddedStream[]): Promise<void> {
    const { budget } = this.#found;
    for (const { name, stream } of files) {
      if (!this.#hasRoom()) return;
      const data = this.#pdf.bytes.subarray(stream.start, stream.end);
      const { bytes, cut, costBytes } = undoFilters(data, stream.dictionary, budget.unpackedBytes);
      budget.unpackedBytes = Math.max(0, budget.unpackedBytes - costBytes);
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (this.#contents.has(hash)) continue;
      this.#contents.add(hash);
      // Paid for by whoever takes it.
      budget.unpackedBytes += bytes.length;
      await this.#take(name ?? `object ${stream.number ?? ''}`.trim(), bytes, !cut);
    }
  }

  async #take(path: string, packed: Buffer, complete: boolean): Promise<void> {
    this.#found.budget.members -= 1;
    await takeMember({ archive: this.#pdf, path, packed, engine: null, complete }, this.#found);
  }

  #hasRoom(): boolean {
    const { budget, maxArchives } = this.#found;
    const cut = budget.members === 0 || budget.unpackedBytes === 0 || this.#pdf.archives >= maxArchives;
    if (cut) this.#found.finding('archive-cut');
    else if (this.#found.overdue()) this.#found.finding('attachments-cut');
    else return true;
    return false;
  }
}
