import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMemberInput {
  readonly name: string;
  readonly bytes: Buffer;
  readonly stored?: boolean;
  readonly encrypted?: boolean;
  /** Said to be encrypted, and not: in both headers, or in the one before the file alone. */
  readonly flagged?: 'both' | 'local';
  /** In the extra fields, and the sizes nowhere else (APPNOTE.TXT 4.5.3). */
  readonly zip64?: boolean;
  /** Checksum and sizes stand behind the file (APPNOTE.TXT 4.3.9), and before it nowhere. */
  readonly described?: boolean;
  /** Of compression: 0 is the same bytes wherever it runs. */
  readonly level?: number;
}

/**
 * A zip file (APPNOTE.TXT 4.3), with any names: tools refuse to make some of those that arrive.
 * @param comment behind the directory, where anything may stand
 */
export function zipFile(members: readonly ZipMemberInput[], comment: Buffer = Buffer.alloc(0)): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { bytes, stored = false, encrypted = false, described = false, flagged, level = -1 } = member;
    const plain = stored ? bytes : deflateRawSync(bytes, { level });
    const packed = encrypted ? zipCrypto(plain, crc32(bytes)) : plain;
    const flags = 0x800 | (described ? 8 : 0);
    const locked = encrypted || flagged === 'both';
    const local = header(member, packed, flags | (locked || flagged === 'local' ? 1 : 0), described);
    const sums = sumsOf(bytes, packed);
    const parts = [Buffer.from('PK\x03\x04', 'latin1'), local, packed];
    if (described) parts.push(Buffer.from('PK\x07\x08', 'latin1'), sums);
    const listed = header(member, packed, flags | (locked ? 1 : 0), false);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), listed.subarray(0, 26), tail, listed.subarray(26));
    locals.push(...parts);
    offset += parts.reduce((sum, { length }) => sum + length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, listed, end, comment]);
}

/** From the version that is needed to the extra field: what both headers have. */
function header(member: ZipMemberInput, packed: Buffer, flags: number, described: boolean): Buffer {
  const { name, bytes, stored = false, zip64 = false } = member;
  const nameBytes = Buffer.from(name);
  const extra = Buffer.alloc(zip64 ? 20 : 0);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(flags, 2);
  common.writeUInt16LE(stored ? 0 : 8, 4);
  if (!described) sumsOf(bytes, packed).copy(common, 10);
  if (zip64) {
    common.fill(0xff, 14, 22);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(BigInt(bytes.length), 4);
    extra.writeBigUInt64LE(BigInt(packed.length), 12);
  }
  common.writeUInt16LE(nameBytes.length, 22);
  common.writeUInt16LE(extra.length, 24);
  return Buffer.concat([common, nameBytes, extra]);
}

function sumsOf(bytes: Buffer, packed: Buffer): Buffer {
  const sums = Buffer.alloc(12);
  sums.writeUInt32LE(crc32(bytes), 0);
  sums.writeUInt32LE(packed.length, 4);
  sums.writeUInt32LE(bytes.length, 8);
  return sums;
}

/** With the password `secret` (APPNOTE.TXT 6.1). */
function zipCrypto(plain: Buffer, crc: number): Buffer {
  const step = (old: number, byte: number) => ~crc32(Buffer.from([byte]), ~old >>> 0) >>> 0;
  let [one, two, three] = [0x12345678, 0x23456789, 0x34567890];
  const mix = (byte: number) => {
    one = step(one, byte);
    two = (Math.imul(two + (one & 0xff), 134775813) + 1) >>> 0;
    three = step(three, two >>> 24);
  };
  for (const byte of Buffer.from('secret')) mix(byte);
  const start = Buffer.alloc(12, 7);
  start.writeUInt8(crc >>> 24, 11);
  return Buffer.concat([start, plain]).map((byte) => {
    const key = (three | 2) & 0xffff;
    mix(byte);
    return byte ^ ((Math.imul(key, key ^ 1) >>> 8) & 0xff);
  }) as Buffer;
}
