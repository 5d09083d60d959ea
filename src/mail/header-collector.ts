/** The fields that are read. All others are passed over as they come, so their length costs no memory. */
const wantedFields: ReadonlySet<string> = new Set([
  'message-id',
  'date',
  'from',
  'to',
  'subject',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
]);

/** Most lines are decided on by their first letter. */
const wantedLetters: ReadonlySet<number> = new Set([...wantedFields].map((name) => name.charCodeAt(0)));

/** Kept of all fields of one name. Counted by name, so that no field, however long or often, hides another. */
const maxFieldBytes = 128 * 1024;
/** A longer header is worth a finding, whatever it is made of. */
const maxUnremarkableBytes = 256 * 1024;

/** Collects one header block, line by line, in bounded memory. */
export class HeaderCollector {
  #kept: Buffer[] = [];
  #bytes = 0;
  #left = new Map<string, number>();
  /** The field that the line at hand belongs to; null where it is not wanted. */
  #field: string | null = null;
  #cut = false;

  /** @param startsLine false: more of a line whose beginning was given before */
  add(line: Buffer, startsLine: boolean): void {
    this.#bytes += line.length;
    if (startsLine && line[0] !== 0x20 && line[0] !== 0x09) this.#field = wantedField(line);
    if (this.#field === null) return;
    const left = this.#left.get(this.#field) ?? maxFieldBytes;
    const kept = line.subarray(0, left);
    if (kept.length < line.length) this.#cut = true;
    if (kept.length > 0) this.#kept.push(Buffer.from(kept));
    // A cut line keeps no line ending: the next field must start a line of its own.
    if (kept.length < line.length && left > 0) this.#kept.push(Buffer.from('\n'));
    this.#left.set(this.#field, left - kept.length);
  }

  /** Ends the block and makes ready for the next. */
  take(): { readonly block: Buffer; readonly cut: boolean } {
    const taken = { block: Buffer.concat(this.#kept), cut: this.#cut || this.#bytes > maxUnremarkableBytes };
    this.#kept = [];
    this.#bytes = 0;
    this.#left = new Map();
    this.#field = null;
    this.#cut = false;
    return taken;
  }
}

function wantedField(line: Buffer): string | null {
  const lowerCase = 0x20;
  if (!wantedLetters.has((line[0] ?? 0) | lowerCase)) return null;
  const start = line.toString('latin1', 0, 64);
  const colon = Math.max(0, start.indexOf(':'));
  const name = start.slice(0, colon).trimEnd().toLowerCase();
  return wantedFields.has(name) ? name : null;
}
