import { plain } from './decode-headers.js';

/** Of a value that an expression of the configuration found. */
export function maxValueChars(long: boolean): number {
  return long ? 20_000 : 1000;
}

/** On one line; a long one keeps its lines, and one empty line where it has several: it is there to be read. */
export function boundedValue(match: string, long: boolean): string {
  const kept = match.slice(0, maxValueChars(long));
  if (!long) return plain(kept);
  return kept
    .split(/\r\n|\r|\n/)
    .map(plain)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
