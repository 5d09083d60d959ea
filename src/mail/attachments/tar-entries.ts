export interface TarEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface TarEntries {
  /** Files only: no folders and links. */
  readonly entries: readonly TarEntry[];
  /** It ends before it should, or a header is wrong. */
  readonly damaged: boolean;
}

const blockBytes = 512;

/** Whether these bytes begin with the header of a file in a tar (POSIX.1-2017, pax): by its checksum. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < blockBytes || block[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] as number);
  return octal(block, 148, 8) === sum;
}

/** The files in a tar, `most` at most. Nothing is copied. */
export function tarEntries(bytes: Buffer, most: number): TarEntries {
  const entries: TarEntry[] = [];
  let longName: string | null = null;
  let at = 0;
  while (at + blockBytes <= bytes.length && entries.length < most) {
    const header = bytes.subarray(at, at + blockBytes);
    if (!isTarHeader(header)) return { entries, damaged: header[0] !== 0 };
    const size = octal(header, 124, 12);
    const start = at + blockBytes;
    const data = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[156] as number);
    if (type === 'L') longName = text(data);
    else if (type === 'x')
      longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(data.toString('utf8', 0, 65536))?.[1] ?? longName;
    else {
      if (type === '0' || type === '\0' || type === '7')
        entries.push({ name: longName ?? nameOf(header), bytes: data });
      longName = null;
    }
    if (data.length < size) return { entries, damaged: true };
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return { entries, damaged: false };
}

function nameOf(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header.subarray(345, 500)) : '';
  const name = text(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, Math.min(end < 0 ? bytes.length : end, 4096));
}

/** Sizes beyond 8 GB are written in another way, and read as 0: no mail has them. */
function octal(block: Buffer, start: number, length: number): number {
  return Number.parseInt(block.toString('latin1', start, start + length).replace(/^[\s\0]+/, ''), 8) || 0;
}
