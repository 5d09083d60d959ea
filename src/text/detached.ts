/**
 * The same text, without what it was cut from: in V8 a slice of 13 characters or more keeps the whole string in memory. For
 * what outlives the mail or the row that it comes from.
 */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
