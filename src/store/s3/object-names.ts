/**
 * JSON records stand as they are, so that a person can read the ledger with nothing but a browser of buckets. All else
 * (evidence above all) is compressed, and the name says so: unlike a header or metadata, a name survives every copy of
 * the bucket, so reading never guesses, and common tools open it.
 */
const plain = '.json';
const compressed = '.gz';

/** `evidence/0/….eml` → `<prefix>evidence/0/….eml.gz` */
export function objectName(prefix: string, key: string): string {
  return `${prefix}${key}${isCompressed(key) ? compressed : ''}`;
}

/** Undefined: no record of ours stands under such a name. */
export function keyOfObject(prefix: string, name: string): string | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const key = name.slice(prefix.length, name.endsWith(compressed) ? -compressed.length : undefined);
  return objectName(prefix, key) === name ? key : undefined;
}

export function isCompressed(key: string): boolean {
  return !key.endsWith(plain);
}

/** The SHA-256 (hex) that the bytes of a record must have, where its key says so: that of raw messages. */
export function hashInKey(key: string): string | undefined {
  return /(?:^|\/)([0-9a-f]{64})\.eml$/.exec(key)?.[1];
}
