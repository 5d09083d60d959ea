import type { CollectedHeader } from './header-collector.js';
import { type HeaderField, scanHeaders } from './headers.js';
import { isEncoded, isReadAlike, type PartDescription } from './part-kind.js';

/** One way to read a part. */
export interface Reading {
  readonly part: PartDescription;
  /** What comes before the bytes behind the header. */
  readonly lead: Buffer;
}

const noLead = Buffer.alloc(0);

/**
 * All ways to read the part that begins behind a header. Where a line stood in it that can be no field, the header ended
 * there to some programs, and to others it went on up to the empty line: each is a reading.
 * @param fields all of the header
 * @param blank the empty line that ended it; null where another one did
 */
export function readingsOf(
  describe: (fields: readonly HeaderField[]) => readonly PartDescription[],
  fields: readonly HeaderField[],
  loose: CollectedHeader['loose'],
  blank: Buffer | null,
): readonly Reading[] {
  if (loose === null) return describe(fields).map((part) => ({ part, lead: noLead }));
  const lead = blank === null ? loose.lines : Buffer.concat([loose.lines, blank]);
  const ended = describe(scanHeaders(loose.before)).map((part) => ({ part, lead }));
  if (blank === null) return ended;
  const wentOn = describe(fields).map((part) => ({ part, lead: noLead }));
  const leaves = ended.filter(({ part }) => !nests(part));
  // Text that is not encoded holds all that stands behind the empty line.
  const [first] = leaves;
  const isText = first?.part.kind === 'text' && !isEncoded(first.part);
  if (isText && wentOn.every(({ part }) => isReadAlike(part, first.part))) return leaves;
  return [...wentOn, ...leaves];
}

/** Whether it has parts of its own that are read as they come. */
export function nests(part: PartDescription): boolean {
  return part.kind === 'multipart' || (part.kind === 'message' && !isEncoded(part));
}
