/** What a file is packed with, by its first bytes: names lie, and a URL has none. */
export type Packing = 'gzip' | 'zip' | 'xz' | 'bzip2' | 'zstd' | '7z' | 'rar';

const signatures: readonly (readonly [Packing, readonly string[]])[] = [
  ['gzip', ['\x1f\x8b\x08']],
  // The second one is that of an archive without members.
  ['zip', ['PK\x03\x04', 'PK\x05\x06']],
  ['xz', ['\xfd7zXZ\x00']],
  ['bzip2', [...'123456789'].map((level) => `BZh${level}1AY&SY`)],
  ['zstd', ['\x28\xb5\x2f\xfd']],
  ['7z', ['7z\xbc\xaf\x27\x1c']],
  ['rar', ['Rar!\x1a\x07']],
];

/** So many bytes tell. */
export const signatureBytes = 10;

export function packingOf(start: Buffer): Packing | null {
  const text = start.toString('latin1', 0, signatureBytes);
  return signatures.find(([, starts]) => starts.some((signature) => text.startsWith(signature)))?.[0] ?? null;
}
