export interface TarMemberInput {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A tar as POSIX has it; longer names as GNU writes them. */
export function tarFile(members: readonly TarMemberInput[]): Buffer {
  const blocks = members.flatMap(({ name, bytes }) => {
    const long = name.length > 100 ? [...entry('././@LongLink', Buffer.from(`${name}\0`), 'L')] : [];
    return [...long, ...entry(name.slice(0, 100), bytes, '0')];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function entry(name: string, bytes: Buffer, type: string): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.fill(' ', 148, 156);
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}
