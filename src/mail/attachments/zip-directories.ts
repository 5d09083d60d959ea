/** The record behind a directory of a zip (APPNOTE.TXT 4.3.16). */
export interface EndRecord {
  readonly at: number;
  /** Files, as declared. */
  readonly count: number;
  /** Where the directory begins, by its declared size. */
  readonly directory: number;
  /** To be added to every offset: what stands before the zip moves all of it. */
  readonly moved: number;
}

export const localHeader = Buffer.from('PK\x03\x04', 'latin1');
export const directoryHeader = Buffer.from('PK\x01\x02', 'latin1');
const directoryEnd = Buffer.from('PK\x05\x06', 'latin1');
const wideEnd = Buffer.from('PK\x06\x06', 'latin1');
const wideLocator = Buffer.from('PK\x06\x07', 'latin1');
const directoryEndBytes = 22;
const wideEndBytes = 56;
const wideLocatorBytes = 20;
const maxRecords = 16;

/**
 * The records that may be the end of a zip. First the one whose comment ends the file, by which most programs go, then
 * the others from the last one on: in a comment, of another zip before this one, or within a file.
 */
export function endRecords(bytes: Buffer): readonly EndRecord[] {
  const fitting: EndRecord[] = [];
  const others: EndRecord[] = [];
  let at = bytes.lastIndexOf(directoryEnd);
  while (at >= 0) {
    if (at + directoryEndBytes <= bytes.length) {
      const fits = at + directoryEndBytes + bytes.readUInt16LE(at + 20) === bytes.length;
      if (fits) fitting.push(endRecord(bytes, at));
      else if (others.length < maxRecords) others.push(endRecord(bytes, at));
    }
    if (at === 0 || fitting.length === maxRecords) break;
    at = bytes.lastIndexOf(directoryEnd, at - 1);
  }
  return [...fitting, ...others];
}

function endRecord(bytes: Buffer, at: number): EndRecord {
  const locator = at - wideLocatorBytes;
  if (locator >= wideEndBytes && startsWith(bytes, wideLocator, locator)) {
    const wide = bytes.lastIndexOf(wideEnd, locator - wideEndBytes);
    // It stands before its locator; some programs write more into it.
    if (wide >= 0 && locator - wide < wideEndBytes + 1024) {
      const sizeBytes = Number(bytes.readBigUInt64LE(wide + 40));
      const moved = wide - sizeBytes - Number(bytes.readBigUInt64LE(wide + 48));
      return { at, count: Number(bytes.readBigUInt64LE(wide + 32)), directory: wide - sizeBytes, moved };
    }
  }
  const sizeBytes = bytes.readUInt32LE(at + 12);
  const moved = at - sizeBytes - bytes.readUInt32LE(at + 16);
  return { at, count: bytes.readUInt16LE(at + 10), directory: at - sizeBytes, moved };
}

export function startsWith(bytes: Buffer, signature: Buffer, at: number): boolean {
  return bytes.subarray(at, at + signature.length).equals(signature);
}
