import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { directoryHeader, type EndRecord, endRecords, localHeader, startsWith } from './zip-directories.js';

export interface ZipEntry {
  readonly name: string;
  /** Flagged so; the flag may lie. */
  readonly encrypted: boolean;
  readonly method: number;
  /** As the header before the file has it. */
  readonly localMethod: number;
  /** Of its local header, within the file. */
  readonly local: number;
  /** Of the packed bytes, within the file. */
  readonly start: number;
  readonly packedBytes: number;
  /** As declared. */
  readonly unpackedBytes: number;
  /** As declared, of the unpacked bytes. */
  readonly crc: number;
}

export interface ZipEntries {
  readonly entries: readonly ZipEntry[];
  /** False: the directory is missing or damaged, and the files were searched one by one. */
  readonly complete: boolean;
}

const descriptor = Buffer.from('PK\x07\x08', 'latin1');
const localHeaderBytes = 30;
const directoryHeaderBytes = 46;
const encryptedFlag = 1;
const utf8Flag = 0x800;
/** The size stands elsewhere (APPNOTE.TXT 4.5.3). */
const inExtra = 0xffffffff;
const maxNameBytes = 4096;
/** Of APPNOTE.TXT so far: 6.3. */
const maxVersion = 63;

/**
 * The files in a zip (APPNOTE.TXT 4.3): those of its directory, as programs read it, then those of other directories,
 * then what only a header before it tells of. Programs do not agree on which is true. Nothing is unpacked. Linear in
 * the bytes.
 */
export function zipEntries(bytes: Buffer, most: number): ZipEntries {
  const entries = new Map<number, ZipEntry>();
  let complete = false;
  for (const record of endRecords(bytes)) {
    const listed = listedEntries(bytes, record, most);
    if (listed === null) continue;
    complete = true;
    const around = new Covered([...entries.values()], bytes.length);
    for (const entry of listed.sort(byPlace)) {
      if (entries.size >= most) break;
      if (!entries.has(entry.local) && around.endAfter(entry.local) === null) entries.set(entry.local, entry);
    }
  }
  for (const entry of scannedEntries(bytes, [...entries.values()], most - entries.size))
    entries.set(entry.local, entry);
  return { entries: [...entries.values()], complete };
}

/** Null where the directory does not lie where the record says. */
function listedEntries(
  bytes: Buffer,
  { at: end, count, directory, moved }: EndRecord,
  most: number,
): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  let at = directory;
  if (at < 0) return null;
  while (entries.length < most && at + directoryHeaderBytes <= end && startsWith(bytes, directoryHeader, at)) {
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraAt = at + directoryHeaderBytes + nameBytes;
    const extraBytes = bytes.readUInt16LE(at + 30);
    const fields = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    const [unpackedBytes = 0, packedBytes = 0, offset = 0] = withExtra(fields, bytes, extraAt, extraBytes);
    const local = moved + offset;
    if (local < 0 || local + localHeaderBytes > bytes.length || !startsWith(bytes, localHeader, local)) return null;
    const flags = bytes.readUInt16LE(at + 8);
    entries.push({
      name: nameOf(bytes.subarray(at + directoryHeaderBytes, extraAt), flags),
      encrypted: ((flags | bytes.readUInt16LE(local + 6)) & encryptedFlag) !== 0,
      method: bytes.readUInt16LE(at + 10),
      localMethod: bytes.readUInt16LE(local + 8),
      local,
      start: dataStart(bytes, local),
      packedBytes,
      unpackedBytes,
      crc: bytes.readUInt32LE(at + 16),
    });
    at = extraAt + extraBytes + bytes.readUInt16LE(at + 32);
  }
  return entries.length === 0 && count > 0 ? null : entries;
}

/** Those that no directory names. */
function scannedEntries(bytes: Buffer, known: readonly ZipEntry[], most: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  const around = new Covered(known, bytes.length);
  let at = bytes.indexOf(localHeader);
  while (at >= 0 && at + localHeaderBytes <= bytes.length && entries.length < most) {
    const end = around.endAfter(at);
    const entry = end === null ? scannedEntry(bytes, at) : null;
    if (entry !== null) entries.push(entry);
    at = bytes.indexOf(localHeader, Math.max(at + localHeader.length, end ?? entry?.start ?? 0));
  }
  return entries;
}

/** Where files lie: the zip that is stored in one of them is of that file alone. Asked from the beginning on. */
class Covered {
  readonly #ranges: readonly { readonly from: number; readonly to: number }[];
  #passed = 0;
  #end = 0;

  constructor(entries: readonly ZipEntry[], sizeBytes: number) {
    const ranges = entries.map(({ local, start, packedBytes }) => ({ from: local, to: start + packedBytes }));
    this.#ranges = ranges.filter(({ to }) => to <= sizeBytes).sort((one, other) => one.from - other.from);
  }

  /** Null where no file lies there. */
  endAfter(at: number): number | null {
    for (let range = this.#ranges[this.#passed]; range !== undefined && range.from <= at; ) {
      this.#end = Math.max(this.#end, range.to);
      range = this.#ranges[++this.#passed];
    }
    return at < this.#end ? this.#end : null;
  }
}

function byPlace(one: ZipEntry, other: ZipEntry): number {
  return one.local - other.local;
}

function scannedEntry(bytes: Buffer, at: number): ZipEntry | null {
  const flags = bytes.readUInt16LE(at + 6);
  const nameBytes = bytes.readUInt16LE(at + 26);
  // The same bytes stand in programs and elsewhere by chance.
  if ((bytes[at + 4] as number) > maxVersion || nameBytes === 0 || nameBytes > maxNameBytes) return null;
  const start = dataStart(bytes, at);
  const extraAt = at + localHeaderBytes + nameBytes;
  const fields = [bytes.readUInt32LE(at + 22), bytes.readUInt32LE(at + 18)];
  const [unpackedBytes = 0, packedBytes = 0] = withExtra(fields, bytes, extraAt, bytes.readUInt16LE(at + 28));
  return {
    name: nameOf(bytes.subarray(at + localHeaderBytes, extraAt), flags),
    encrypted: (flags & encryptedFlag) !== 0,
    method: bytes.readUInt16LE(at + 8),
    localMethod: bytes.readUInt16LE(at + 8),
    local: at,
    start,
    // The header does not always know it (4.4.4, bit 3); what is packed knows its own end.
    packedBytes: packedBytes || bytesBeforeNext(bytes, start),
    unpackedBytes,
    crc: bytes.readUInt32LE(at + 14),
  };
}

/** Up to the descriptor behind the data (4.3.9), or what begins next. */
function bytesBeforeNext(bytes: Buffer, start: number): number {
  const next = bytes.indexOf('PK', start, 'latin1');
  for (let at = next; at >= 0; at = bytes.indexOf('PK', at + 2, 'latin1')) {
    if (startsWith(bytes, localHeader, at) || startsWith(bytes, directoryHeader, at)) return at - start;
    const isEnd = startsWith(bytes, descriptor, at) && at + 12 <= bytes.length;
    if (isEnd && bytes.readUInt32LE(at + 8) === at - start) return at - start;
  }
  return Math.max(0, bytes.length - start);
}

/** Each field that is full stands in the zip64 extra field, in this order (4.5.3). */
function withExtra(fields: readonly number[], bytes: Buffer, at: number, length: number): readonly number[] {
  if (!fields.includes(inExtra)) return fields;
  const end = Math.min(at + length, bytes.length);
  let extra = at;
  while (extra + 4 <= end && bytes.readUInt16LE(extra) !== 1) extra += 4 + bytes.readUInt16LE(extra + 2);
  let next = extra + 4;
  return fields.map((field) => {
    if (field !== inExtra || next + 8 > end) return field;
    next += 8;
    return Number(bytes.readBigUInt64LE(next - 8));
  });
}

function dataStart(bytes: Buffer, local: number): number {
  return local + localHeaderBytes + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
}

/** UTF-8 where the flag or the bytes say so, else what DOS wrote (APPENDIX D). */
function nameOf(name: Buffer, flags: number): string {
  return (flags & utf8Flag) !== 0 || isUtf8(name) ? name.toString() : iconv.decode(name, 'cp437');
}
