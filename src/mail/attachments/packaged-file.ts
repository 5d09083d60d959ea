export interface PackagedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const maxNameBytes = 1000;

/**
 * The file in a stream `\x01Ole10Native`: what stands in a document as an icon to be clicked (MS-OLEDS §2.3.6, and what
 * Windows' packager puts in it).
 * @returns null where it is none
 */
export function packagedFile(stream: Buffer): PackagedFile | null {
  // Size of all, two bytes of kind; then label, path, eight bytes, the path it is unpacked to, size, the file.
  const label = terminated(stream, 6);
  const path = label === null ? null : terminated(stream, label.end);
  const unpacked = path === null ? null : terminated(stream, path.end + 8);
  if (label === null || path === null || unpacked === null || unpacked.end + 4 > stream.length) return null;
  const start = unpacked.end + 4;
  const bytes = stream.subarray(start, start + stream.readUInt32LE(unpacked.end));
  return { name: label.text || path.text || 'object', bytes };
}

function terminated(bytes: Buffer, start: number): { readonly text: string; readonly end: number } | null {
  const end = bytes.subarray(start, start + maxNameBytes).indexOf(0);
  return end < 0 ? null : { text: bytes.toString('latin1', start, start + end), end: start + end + 1 };
}
