const memorySection = 5;
const hasMaximum = 1;

/**
 * A WebAssembly module with a lower limit to its memory, in pages of 64 kB. Only the limit is changed, in the bytes
 * that it has (WebAssembly Core Specification §5.5.8; LEB128 may be padded, §5.2.2).
 * @throws where the module has no such limit
 */
export function withMemoryLimit(module: Buffer, pages: number): Buffer {
  const limited = Buffer.from(module);
  let at = 8;
  while (at < limited.length) {
    const section = limited[at];
    const size = unsigned(limited, at + 1);
    if (section !== memorySection) {
      at = size.end + size.value;
      continue;
    }
    const flags = unsigned(limited, size.end).end;
    const maximum = unsigned(limited, unsigned(limited, flags + 1).end);
    const width = maximum.end - maximum.start;
    if (limited[flags] !== hasMaximum || pages >= 2 ** (7 * width)) break;
    if (pages >= maximum.value) return limited;
    for (let index = 0; index < width; index++)
      limited[maximum.start + index] = ((pages >> (7 * index)) & 0x7f) | (index < width - 1 ? 0x80 : 0);
    return limited;
  }
  throw new Error('The module has no limit to its memory that could be lowered');
}

function unsigned(
  bytes: Buffer,
  start: number,
): { readonly value: number; readonly start: number; readonly end: number } {
  let value = 0;
  let end = start;
  for (let shift = 0; ; shift += 7, end++) {
    const byte = bytes[end] ?? 0;
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { value, start, end: end + 1 };
  }
}
