/** One of them hides the rest from many a reader, and no viewer shows it. */
export function withoutZeros(bytes: Buffer): Buffer {
  return bytes.includes(0) ? Buffer.from(bytes.toString('latin1').replaceAll('\0', ''), 'latin1') : bytes;
}
