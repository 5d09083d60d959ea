/**
 * Cryptographic Message Syntax (RFC 5652), as far as S/MIME mail needs it (RFC 8551 §3.4, §3.5): what a signature
 * encloses. Nothing is verified.
 */
export type CmsContent =
  /** Signed or only carried: the content in its pieces. None: a signature of something that stands elsewhere. */
  { readonly kind: 'signed'; readonly pieces: readonly Buffer[] } | { readonly kind: 'encrypted' };

const signedData = '2a864886f70d010702';
const encryptedTypes: ReadonlySet<string> = new Set([
  // EnvelopedData, EncryptedData, AuthEnvelopedData (RFC 5083)
  '2a864886f70d010703',
  '2a864886f70d010706',
  '2a864886f70d0109100117',
]);
const tags = { octets: 0x04, oid: 0x06, sequence: 0x30, explicit0: 0xa0, constructedOctets: 0x24 } as const;
const maxPieces = 100_000;
const maxDepth = 16;

interface Element {
  readonly tag: number;
  /** Of the content. */
  readonly start: number;
  /** Where the content ends; undefined where only its end mark tells (X.690 §8.1.3.6). */
  readonly end: number | undefined;
}

/** Whether a file may be one: a SEQUENCE that begins with such an object identifier. */
export function isCms(start: Buffer): boolean {
  return contentType(start) !== null;
}

/** Null where it is none, or is damaged before its content. A content that was cut off is given as far as it goes. */
export function readCms(bytes: Buffer): CmsContent | null {
  const outer = contentType(bytes);
  if (outer === null) return null;
  if (outer.encrypted) return { kind: 'encrypted' };
  let at = enter(bytes, outer.next, tags.explicit0);
  at = enter(bytes, at, tags.sequence);
  // Version and digest algorithms.
  at = passOver(bytes, passOver(bytes, at, 0), 0);
  at = enter(bytes, at, tags.sequence);
  at = passOver(bytes, at, 0);
  const content = enter(bytes, at, tags.explicit0);
  if (content < 0) return at < 0 ? null : { kind: 'signed', pieces: [] };
  const pieces: Buffer[] = [];
  takeOctets(bytes, content, pieces, 0);
  return { kind: 'signed', pieces };
}

function contentType(bytes: Buffer): { readonly encrypted: boolean; readonly next: number } | null {
  const at = enter(bytes, 0, tags.sequence);
  const oid = element(bytes, at);
  if (oid?.tag !== tags.oid || oid.end === undefined) return null;
  const name = bytes.toString('hex', oid.start, Math.min(oid.end, oid.start + 20));
  if (name !== signedData && !encryptedTypes.has(name)) return null;
  return { encrypted: name !== signedData, next: oid.end };
}

/** The offset of the content of the element of that tag at `at`; -1 where there is none. */
function enter(bytes: Buffer, at: number, tag: number): number {
  const found = element(bytes, at);
  return found?.tag === tag ? found.start : -1;
}

/** The offset behind the element at `at`; -1 where that is not to be told. */
function passOver(bytes: Buffer, at: number, depth: number): number {
  const found = element(bytes, at);
  if (found === null || depth > maxDepth) return -1;
  if (found.end !== undefined) return found.end;
  let next = found.start;
  while (next >= 0 && !isEndMark(bytes, next)) next = passOver(bytes, next, depth + 1);
  return next < 0 ? -1 : next + 2;
}

/** An OCTET STRING, whole or of pieces that are such themselves. @returns the offset behind it; -1: no more follows */
function takeOctets(bytes: Buffer, at: number, pieces: Buffer[], depth: number): number {
  const found = element(bytes, at);
  if (found === null || depth > maxDepth || pieces.length >= maxPieces) return -1;
  const end = Math.min(found.end ?? bytes.length, bytes.length);
  if (found.tag === tags.octets) {
    pieces.push(bytes.subarray(found.start, end));
    return found.end === undefined || found.end > bytes.length ? -1 : end;
  }
  if (found.tag !== tags.constructedOctets) return -1;
  let next = found.start;
  while (next >= 0 && next < end) {
    if (found.end === undefined && isEndMark(bytes, next)) return next + 2;
    next = takeOctets(bytes, next, pieces, depth + 1);
  }
  return next;
}

function isEndMark(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0;
}

/** Tag and length (X.690 §8.1.2, §8.1.3); tags of more than one byte do not occur here. */
function element(bytes: Buffer, at: number): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (at < 0 || tag === undefined || first === undefined) return null;
  if (first === 0x80) return { tag, start: at + 2, end: undefined };
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  if (size > 6 || at + 2 + size > bytes.length) return null;
  const start = at + 2 + size;
  return { tag, start, end: start + bytes.readUIntBE(at + 2, size) };
}
