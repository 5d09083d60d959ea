import type { FileKind } from './file-kind.js';
import { openCalendar } from './open-calendar.js';
import { openCompound } from './open-compound.js';
import { openGzip } from './open-gzip.js';
import { openImage } from './open-image.js';
import { openMessage } from './open-message.js';
import { openPage } from './open-page.js';
import { openPdf } from './open-pdf.js';
import { openRtf } from './open-rtf.js';
import { openSigned } from './open-signed.js';
import { openStrings } from './open-strings.js';
import { openTar } from './open-tar.js';
import { openText } from './open-text.js';
import { openTnef } from './open-tnef.js';
import { openZip } from './open-zip.js';
import type { AttachedFile, Opener } from './types.js';

/** Another kind of file to look into is another kind in `file-kind.ts` and a line here. */
export const openers: Readonly<Record<FileKind, Opener>> = {
  message: openMessage,
  html: openText,
  text: openText,
  gzip: openGzip,
  zip: openZip,
  pdf: openPdf,
  image: openImage,
  tar: openTar,
  office: openZip,
  compound: openCompound,
  tnef: openTnef,
  rtf: openRtf,
  calendar: openCalendar,
  page: openPage,
  strings: openStrings,
  signed: openSigned,
};

const archives: ReadonlySet<FileKind> = new Set<FileKind>(['zip', 'gzip', 'tar']);
/** Read in one linear pass: only size can make them slow. */
const linear: ReadonlySet<FileKind> = new Set<FileKind>([
  'html',
  'text',
  'compound',
  'tnef',
  'rtf',
  'calendar',
  'page',
  'strings',
  'signed',
]);

const maxQuickTextBytes = 512 * 1024;
const maxLightImageBytes = 256 * 1024;

export function isArchive({ kind }: AttachedFile): boolean {
  return archives.has(kind);
}

/** May take long or much memory in spite of its limits: opened last, and given up first. */
export function isHeavy({ kind, bytes }: AttachedFile): boolean {
  if (linear.has(kind)) return bytes.length > maxQuickTextBytes;
  return kind !== 'message';
}

/** What is left when a heavy file was too much: small images, and of a PDF its links, without its text. */
export function isOpenedLightly(file: AttachedFile): boolean {
  if (file.kind === 'image') return file.bytes.length <= maxLightImageBytes;
  return file.kind === 'pdf' || !isHeavy(file);
}
