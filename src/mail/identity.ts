import { createHash, type Hash } from 'node:crypto';

/** The fields that name a message, in the order they enter the hash. */
const identityFields = ['message-id', 'date', 'from', 'subject'] as const;
type IdentityField = (typeof identityFields)[number];

/** A header name is decided on within this many bytes; no field of ours is longer, blanks before the colon included. */
const nameWindow = 64;
const lf = 0x0a;
const cr = 0x0d;

/**
 * Identity of a message, taken chunk by chunk from its raw bytes: SHA-256 over Message-ID, Date, From and Subject as
 * they stand there (each occurrence in order, folded lines included) and the raw body. Parse results do not enter, so
 * an upgrade never changes it; CRLF counts as LF, so an IMAP server's copy and a Maildir's agree.
 *
 * Memory is bounded whatever the header: every occurrence is hashed as it passes, and enters the field's hash as its
 * length and digest. All of these have a fixed size, so no two messages share an input of the last hash.
 */
export class MessageIdentity {
  readonly #fields = new Map<IdentityField, { hash: Hash; count: number }>();
  #open: { field: IdentityField; hash: Hash; length: number } | null = null;
  #body: Hash | null = null;
  #pendingCr = false;
  /** The start of the header line at hand, until it is known what the line is; null once known. */
  #lineStart: string | null = '';

  update(chunk: Uint8Array): void {
    const bytes = this.#withoutCrBeforeLf(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let position = 0;
    while (this.#body === null && position < bytes.length) {
      const end = bytes.indexOf(lf, position);
      const stop = end < 0 ? bytes.length : end;
      this.#headerBytes(bytes.subarray(position, stop), end >= 0);
      position = end < 0 ? stop : end + 1;
    }
    if (position < bytes.length) this.#body?.update(bytes.subarray(position));
  }

  /** Ends the message. @returns SHA-256 in lower-case hex */
  digest(): string {
    if (this.#pendingCr) {
      if (this.#body === null) this.#headerBytes(Buffer.from([cr]), false);
      else this.#body.update(Buffer.from([cr]));
    }
    if (this.#body === null) {
      if (this.#lineStart) this.#headerBytes(Buffer.alloc(0), true);
      this.#startBody();
    }
    return (this.#body as Hash | null)?.digest('hex') ?? '';
  }

  #withoutCrBeforeLf(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    if (!this.#pendingCr && chunk.indexOf(cr) < 0) return chunk;
    const out = Buffer.allocUnsafe(chunk.length + 1);
    let length = 0;
    if (this.#pendingCr && chunk[0] !== lf) out[length++] = cr;
    const last = chunk.length - 1;
    for (let index = 0; index < last; index++) {
      const byte = chunk[index] as number;
      if (byte !== cr || chunk[index + 1] !== lf) out[length++] = byte;
    }
    this.#pendingCr = chunk[last] === cr;
    if (!this.#pendingCr) out[length++] = chunk[last] as number;
    return out.subarray(0, length);
  }

  #headerBytes(part: Buffer, endsLine: boolean): void {
    if (this.#lineStart === null) {
      this.#take(part);
    } else {
      const room = nameWindow - this.#lineStart.length;
      this.#lineStart += part.toString('latin1', 0, room);
      if (endsLine && this.#lineStart === '') {
        this.#startBody();
        return;
      }
      if (endsLine || this.#lineStart.length >= nameWindow || this.#lineStart.includes(':')) {
        this.#beginLine(this.#lineStart);
        this.#lineStart = null;
        if (part.length > room) this.#take(part.subarray(room));
      }
    }
    if (endsLine) this.#lineStart = '';
  }

  #beginLine(start: string): void {
    if (start.startsWith(' ') || start.startsWith('\t')) {
      this.#take(Buffer.from(`\n${start}`, 'latin1'));
      return;
    }
    this.#closeField();
    const colon = start.indexOf(':');
    const name = start.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase();
    const field = identityFields.find((candidate) => candidate === name);
    if (field === undefined) return;
    this.#open = { field, hash: createHash('sha256'), length: 0 };
    this.#take(Buffer.from(start.slice(colon + 1), 'latin1'));
  }

  #take(part: Buffer): void {
    if (this.#open === null) return;
    this.#open.hash.update(part);
    this.#open.length += part.length;
  }

  #closeField(): void {
    if (this.#open === null) return;
    const { field, hash, length } = this.#open;
    const entry = this.#fields.get(field) ?? { hash: createHash('sha256'), count: 0 };
    entry.hash.update(uint64(length)).update(hash.digest());
    entry.count += 1;
    this.#fields.set(field, entry);
    this.#open = null;
  }

  #startBody(): void {
    this.#closeField();
    const whole = createHash('sha256').update('lurewatch message identity 1\n');
    for (const field of identityFields) {
      const entry = this.#fields.get(field);
      whole.update(uint64(entry?.count ?? 0));
      if (entry !== undefined) whole.update(entry.hash.digest());
    }
    this.#body = whole;
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** {@link MessageIdentity} of a message at hand. */
export function identityOf(raw: Uint8Array): string {
  const identity = new MessageIdentity();
  identity.update(raw);
  return identity.digest();
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The alert id: the first 130 bits of the identity as 26 characters of base32 (RFC 4648 §6) in lower case. */
export function alertIdOf(identityHex: string): string {
  const bytes = Buffer.from(identityHex, 'hex');
  let id = '';
  for (let bit = 0; id.length < 26; bit += 5) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    id += base32[(pair >> (11 - (bit & 7))) & 31];
  }
  return id;
}

const gmailSuffix = '@mail.gmail.com';

/**
 * The Message-ID as ticket ids use it: without angle brackets, comments and blanks (RFC 5322 §3.6.4), and without a
 * trailing `@mail.gmail.com`. Null where nothing is left.
 */
export function cleanMessageId(raw: string | null): string | null {
  if (raw === null) return null;
  const open = raw.indexOf('<');
  const close = open < 0 ? -1 : raw.indexOf('>', open);
  const inner = close > open ? raw.slice(open + 1, close) : raw.replaceAll(/\([^()]*\)/g, ' ').replaceAll(/[<>]/g, '');
  const compact = inner.replaceAll(/\s+/g, '');
  const cleaned = compact.endsWith(gmailSuffix) ? compact.slice(0, -gmailSuffix.length) : compact;
  return cleaned === '' ? null : cleaned;
}
