import type { AttachmentInfo } from '../../indicators/types.js';
import type { FileContent } from './attachment-sink.js';
import { type FileKind, hasWideMark, looksLikeText } from './file-kind.js';
import { contradictsName, isMisleadingName } from './misleading.js';
import type { Found } from './types.js';

/** Of other kinds the first bytes tell more. */
const typeOfKind: Partial<Record<FileKind, string>> = {
  message: 'message/rfc822',
  page: 'application/x-mimearchive',
  html: 'text/html',
  text: 'text/plain',
  calendar: 'text/calendar',
  rtf: 'application/rtf',
  tnef: 'application/vnd.ms-tnef',
  pdf: 'application/pdf',
  gzip: 'application/gzip',
  tar: 'application/x-tar',
};

/** Told by the name too. */
const textKinds: ReadonlySet<FileKind | null> = new Set<FileKind>(['html', 'text', 'message', 'page', 'calendar']);

/** An attached file for people and for MISP: its name, size, hashes, and what it really is. */
export async function describeContent(
  fileName: string | null,
  contentType: string,
  content: FileContent,
  kind: FileKind | null,
  found: Found,
): Promise<AttachmentInfo> {
  const type = await contentTypeOf(content.start, kind);
  if (contradictsName(fileName, type)) found.finding('type-mismatch');
  if (isMisleadingName(fileName)) found.finding('misleading-name');
  return {
    fileName,
    contentType: contentType.slice(0, 200),
    sizeBytes: content.sizeBytes,
    ...(type === null ? {} : { type }),
    ...(content.hashes ?? {}),
  };
}

async function contentTypeOf(start: Buffer, kind: FileKind | null): Promise<string | null> {
  if (start.length === 0) return null;
  if (kind === 'calendar' && /^\W*BEGIN:VCARD/i.test(start.toString('latin1', 0, 40))) return 'text/vcard';
  const certain = kind === null ? undefined : typeOfKind[kind];
  // A program may be called a page, and is read as one too.
  if (certain !== undefined && (!textKinds.has(kind) || looksLikeText(start))) return certain;
  // Its mark is taken for the beginning of a sound otherwise.
  if (hasWideMark(start) && looksLikeText(start)) return 'text/plain';
  const known = await knownType(start);
  if (known !== null || certain !== undefined) return known ?? certain ?? null;
  if (kind === 'zip' || kind === 'office') return start.toString('latin1', 0, 2) === 'PK' ? 'application/zip' : null;
  if (start.toString('latin1', 0, 2) === '#!') return 'text/x-shellscript';
  return looksLikeText(start) ? 'text/plain' : null;
}

async function knownType(start: Buffer): Promise<string | null> {
  try {
    // Loaded with the first attachment: most mail has none.
    const { fileTypeFromBuffer } = await import('file-type');
    return (await fileTypeFromBuffer(start))?.mime ?? null;
  } catch {
    return null;
  }
}
