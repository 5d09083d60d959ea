import type { FileKind } from './attachments/file-kind.js';
import type { AttachmentPart } from './part-sink.js';

/** What any bytes may pass for. */
const vague: ReadonlySet<FileKind | null> = new Set<FileKind | null>([null, 'text', 'html', 'strings']);

/**
 * Attachments of which each part is named once, however many readings it has: those that are empty are left out, and
 * of the others all are looked into. Named is what shows most clearly what it is, else what most programs read.
 * @param doubtful those, by index, that are one of several readings of their part
 */
export function namedOnce(all: readonly AttachmentPart[], doubtful: ReadonlySet<number>): readonly AttachmentPart[] {
  const named = new Map<string, AttachmentPart>();
  const readings = all.filter((one, at) => doubtful.has(at) && one.content.sizeBytes > 0);
  for (const one of readings) {
    const best = named.get(one.part);
    if (best === undefined || clarity(one) > clarity(best)) named.set(one.part, one);
  }
  return all.flatMap((one, at) => {
    if (!doubtful.has(at)) return [one];
    if (one.content.sizeBytes === 0) return [];
    const reading = { ...one, doubtful: true as const };
    return named.get(one.part) === one ? [reading] : [{ ...reading, again: true as const }];
  });
}

function clarity({ kind, content }: AttachmentPart): number {
  if (!vague.has(kind)) return 2;
  // Still encoded: Base64 and nothing else.
  return /^[A-Za-z0-9+/=\s]*$/.test(content.start.toString('latin1')) ? 0 : 1;
}
