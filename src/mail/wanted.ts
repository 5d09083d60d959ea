import { createHash } from 'node:crypto';

/**
 * What the configuration wants to know of a mail beyond what every extraction holds: header fields, and what
 * expressions find in its text. Plain data, since it crosses into a thread; nothing is kept that nobody asked for.
 */
export interface Wanted {
  /** Names of header fields, in lower case. */
  readonly headers?: readonly string[];
  /** Expressions (RE2): every header field with a name that one of them matches, whatever its case. */
  readonly headersMatching?: readonly string[];
  /** Expressions (RE2) that are sought in the texts of the mail. */
  readonly inBody?: readonly string[];
  /** Those of `inBody` that may find long values. */
  readonly longInBody?: readonly string[];
}

const kindsOfWishes = [
  'headers',
  'headersMatching',
  'inBody',
  'longInBody',
] as const satisfies readonly (keyof Wanted)[];

/** All of them at once; undefined: nothing is wanted. The same wishes in another order give the same. */
export function joinWanted(wishes: readonly (Wanted | undefined)[]): Wanted | undefined {
  const kinds = kindsOfWishes.flatMap((kind) => {
    const all = [...new Set(wishes.flatMap((wanted) => wanted?.[kind] ?? []))].sort();
    return all.length === 0 ? [] : [[kind, all] as const];
  });
  return kinds.length === 0 ? undefined : Object.fromEntries(kinds);
}

/** Under which an extraction is kept: one that was made for other wishes may lack what these are for. */
export function extractionKey(extractorVersion: string, wanted: Wanted | undefined): string {
  if (wanted === undefined) return extractorVersion;
  const digest = createHash('sha256').update(JSON.stringify(wanted)).digest('hex');
  return `${extractorVersion}-${digest.slice(0, 16)}`;
}
