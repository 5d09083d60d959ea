import type { getDocumentProxy } from 'unpdf';
import { provideBufferTransfer } from './array-buffer-transfer.js';
import { outlineTargets, scriptsOf } from './pdf-actions.js';
import { PdfFiles } from './pdf-files.js';
import { findCodesOnPage } from './pdf-page-codes.js';
import { type PdfScan, scanPdf } from './scan-pdf.js';
import type { AttachedFile, Found } from './types.js';

/** Of one image; larger ones are passed over by the library. */
const maxImagePixels = 24_000_000;
/** Of one PDF, out of what the mail may unpack to: the library copies a stream while it grows. */
const maxUnpackedBytes = 32 * 1024 * 1024;
const absolute = /^\s*(?:https?|ftp):/i;

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;

/**
 * The links of a PDF, those of its actions too, its scripts, the files within it, and the text and the codes of its
 * first pages. Nothing of it is run or fetched.
 */
export async function openPdf(file: AttachedFile, found: Found): Promise<void> {
  const scan = scanPdf(file.bytes, Math.min(maxUnpackedBytes, found.budget.unpackedBytes));
  found.budget.unpackedBytes = Math.max(0, found.budget.unpackedBytes - scan.unpackedBytes);
  for (const target of scan.targets) addTarget(target, file, found);
  for (const script of scan.scripts) addText(script, 'script', file, found);
  if (scan.largestImage > maxImagePixels) found.finding('image-too-large');
  if (scan.tooLarge.length > 0 || scan.cut || scan.endless) found.finding('pdf-cut');
  const files = new PdfFiles(file, found);
  let { encrypted } = scan;
  if (found.thorough && !scan.endless) {
    const document = await openDocument(disarmed(file.bytes, scan), found);
    if (document === 'locked') encrypted = true;
    else if (document !== 'unreadable') {
      try {
        encrypted = (await document.getPermissions().catch(() => null)) !== null;
        await readDocument(document, file, files, found);
      } finally {
        await document.destroy();
      }
    }
  }
  // Without a password they say nothing.
  if (!encrypted) await files.takeStreams(scan.files);
}

/** A copy, since the library takes its memory away. What nobody should unpack is nothing that can be unpacked in it. */
function disarmed(bytes: Buffer, { tooLarge }: PdfScan): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const { start, end } of tooLarge) copy.fill(0, start, end);
  return copy;
}

async function openDocument(bytes: Uint8Array, found: Found): Promise<PdfDocument | 'locked' | 'unreadable'> {
  try {
    // Loaded with the first PDF of a thread: the library is large.
    provideBufferTransfer();
    const library = await import('unpdf');
    return await library.getDocumentProxy(bytes, {
      verbosity: 0,
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      useWasm: false,
      enableXfa: false,
      isOffscreenCanvasSupported: false,
      isImageDecoderSupported: false,
      maxImageSize: maxImagePixels,
    });
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException';
    found.finding(locked ? 'pdf-encrypted' : 'attachment-unreadable');
    return locked ? 'locked' : 'unreadable';
  }
}

/** Links first, then text, then codes: what takes longest comes last. */
async function readDocument(document: PdfDocument, file: AttachedFile, files: PdfFiles, found: Found): Promise<void> {
  for (const script of scriptsOf(await document.getJSActions().catch(() => null)))
    addText(script, 'script', file, found);
  for (const target of outlineTargets(await document.getOutline().catch(() => null))) addTarget(target, file, found);
  await files.takeListed(await document.getAttachments().catch(() => null));
  const count = Math.min(document.numPages, found.budget.pages);
  if (count < document.numPages) found.finding('pdf-cut');
  found.budget.pages -= count;
  for (const read of [readAnnotations, readText, readCodes]) {
    for (let number = 1; number <= count; number++) {
      if (found.overdue()) {
        found.finding('attachments-cut');
        return;
      }
      try {
        const page = await document.getPage(number);
        await read(page, file, files, found);
        page.cleanup();
      } catch {
        found.finding('attachment-unreadable');
      }
    }
  }
}

async function readAnnotations(page: PdfPage, file: AttachedFile, files: PdfFiles, found: Found): Promise<void> {
  for (const annotation of await page.getAnnotations()) {
    const target: unknown = annotation.url ?? annotation.unsafeUrl;
    // The library appends the place in another document as JSON.
    if (typeof target === 'string') addTarget(target.replace(/#\[[^#]*$/, ''), file, found);
    for (const script of scriptsOf(annotation.actions)) addText(script, 'script', file, found);
    await files.takeListed([annotation.file, annotation.attachment]);
  }
  for (const script of scriptsOf(await page.getJSActions())) addText(script, 'script', file, found);
}

async function readText(page: PdfPage, file: AttachedFile, _files: PdfFiles, found: Found): Promise<void> {
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  addText(text, 'pdf', file, found);
}

async function readCodes(page: PdfPage, { part }: AttachedFile, _files: PdfFiles, found: Found): Promise<void> {
  const { images, leftMs } = found.budget.codes;
  if (images === 0 || leftMs <= 0) {
    found.finding('images-cut');
    return;
  }
  const { getResolvedPDFJS } = await import('unpdf');
  const { OPS } = await getResolvedPDFJS();
  await findCodesOnPage(page, OPS, part, found);
}

function addTarget(target: string, file: AttachedFile, found: Found): void {
  // File specifications are targets too: names of local files are no URLs.
  if (absolute.test(target)) found.url(target.trim(), 'pdf', file.part);
  else if (/^\s*www\d?\./i.test(target)) found.url(`http://${target.trim()}`, 'pdf', file.part);
}

function addText(text: string, urlKind: 'pdf' | 'script', { part }: AttachedFile, found: Found): void {
  if (text.trim() === '') return;
  const raw = Buffer.from(text);
  found.text({ kind: 'text', raw, encoding: '', charset: 'utf-8', deleteSpace: false, part, urlKind });
}
