import { authenticationRunFields } from './authentication-results.js';

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
  'content-base',
  'content-location',
  'reply-to',
  'return-path',
  'delivered-to',
  'x-original-to',
  'list-unsubscribe',
  'list-id',
  'list-post',
  'precedence',
  'sender',
  'received',
  ...authenticationRunFields,
]);

/** Most lines are decided on by their first letter. */
const wantedLetters: ReadonlySet<number> = new Set([...wantedFields].map((name) => name.charCodeAt(0)));

const passedOver = Buffer.from('passed-over:\n');

/** Of fields that only the configuration asks for: kept of all of one name. All together they are as one field. */
const maxFurtherBytes = 16 * 1024;

/** Kept of all fields of one name. Counted by name, so that no field, however long or often, hides another. */
const maxFieldBytes = 128 * 1024;
/** A longer header is worth a finding, whatever it is made of. */
const maxUnremarkableBytes = 256 * 1024;

/** Lines that are no fields, and all behind them, are kept up to this size: they may be the content already. */
const maxLooseBytes = 256 * 1024;

export interface CollectedHeader {
  readonly block: Buffer;
  readonly cut: boolean;
  /** Where a line stood in it that can be no field: what stood before that line, and all lines from it on. */
  readonly loose: { readonly before: Buffer; readonly lines: Buffer } | null;
}

/** Collects one header block, line by line, in bounded memory. */
export class HeaderCollector {
  readonly #wantsFurther: ((name: string) => boolean) | undefined;
  #kept: Buffer[] = [];
  #bytes = 0;
  #left = new Map<string, number>();
  #leftFurther = maxFieldBytes;
  /** The field that the line at hand belongs to; null where it is not wanted. */
  #field: string | null = null;
  #cut = false;
  #loose: { before: Buffer; readonly lines: Buffer[]; bytes: number } | null = null;

  /** @param wantsFurther which other fields are kept, by their names in lower case */
  constructor(wantsFurther?: (name: string) => boolean) {
    this.#wantsFurther = wantsFurther;
  }

  /** So much stands behind it that this is the content. */
  get isOverfull(): boolean {
    return this.#loose !== null && this.#loose.bytes > maxLooseBytes;
  }

  /** The line to be added next can be no field: to some programs the header ends there, to others it goes on. */
  loosen(): void {
    this.#loose ??= { before: Buffer.concat(this.#kept), lines: [], bytes: 0 };
  }

  /** @param startsLine false: more of a line whose beginning was given before */
  add(line: Buffer, startsLine: boolean): void {
    this.#bytes += line.length;
    if (this.#loose !== null) {
      this.#loose.lines.push(Buffer.from(line.subarray(0, 2 * maxLooseBytes)));
      this.#loose.bytes += line.length;
    }
    if (startsLine && line[0] !== 0x20 && line[0] !== 0x09) this.#startField(line);
    if (this.#field === null) return;
    const isFurther = !wantedFields.has(this.#field);
    const ofName = this.#left.get(this.#field) ?? (isFurther ? maxFurtherBytes : maxFieldBytes);
    const left = isFurther ? Math.min(ofName, this.#leftFurther) : ofName;
    const kept = line.subarray(0, left);
    if (kept.length < line.length) this.#cut = true;
    if (kept.length > 0) this.#kept.push(Buffer.from(kept));
    // A cut line keeps no line ending: the next field must start a line of its own.
    if (kept.length < line.length && left > 0) this.#kept.push(Buffer.from('\n'));
    if (kept.length > 0) this.#left.set(this.#field, ofName - kept.length);
    if (isFurther) this.#leftFurther -= kept.length;
  }

  #startField(line: Buffer): void {
    const before = this.#field;
    this.#field = wantedField(line, this.#wantsFurther);
    // Whether another field stood between two reports decides on what is believed.
    if (this.#field === null && before !== null && authenticationRunFields.has(before)) this.#kept.push(passedOver);
  }

  /** Ends the block and makes ready for the next. */
  take(): CollectedHeader {
    const taken = {
      block: Buffer.concat(this.#kept),
      cut: this.#cut || this.#bytes > maxUnremarkableBytes,
      loose: this.#loose === null ? null : { before: this.#loose.before, lines: Buffer.concat(this.#loose.lines) },
    };
    this.#loose = null;
    this.#kept = [];
    this.#bytes = 0;
    this.#left = new Map();
    this.#leftFurther = maxFieldBytes;
    this.#field = null;
    this.#cut = false;
    return taken;
  }
}

function wantedField(line: Buffer, wantsFurther: ((name: string) => boolean) | undefined): string | null {
  const lowerCase = 0x20;
  if (wantsFurther === undefined && !wantedLetters.has((line[0] ?? 0) | lowerCase)) return null;
  const short = line.toString('latin1', 0, 64);
  const start = short.includes(':') ? short : line.toString('latin1', 0, 1000);
  const colon = Math.max(0, start.indexOf(':'));
  const name = start.slice(0, colon).trimEnd().toLowerCase();
  if (wantedFields.has(name)) return name;
  return wantsFurther?.(name) === true ? name : null;
}
