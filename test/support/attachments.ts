import { deflateSync } from 'node:zlib';
import type { AttachmentInfo, Extraction } from '../../src/indicators/types.js';

export interface AttachedInput {
  readonly name?: string;
  readonly bytes: Buffer;
  readonly type?: string;
  /** Further header lines. */
  readonly header?: readonly string[];
}

export const bodyUrl = 'https://body.example/';

/** A mail with a URL in its text (part 1) and attachments in base64 (parts 2, 3, …). */
export function mailWith(attached: readonly AttachedInput[], headerLines: readonly string[] = []): Buffer {
  const head = [
    ...headerLines,
    'Subject: With attachments',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    bodyUrl,
    '',
  ];
  return Buffer.from(`${head.join('\r\n')}${attached.map(attachedPart).join('')}--b--\r\n`);
}

function attachedPart({ name, bytes, type = 'application/octet-stream', header = [] }: AttachedInput): string {
  const disposition = `Content-Disposition: attachment${name === undefined ? '' : `; filename="${name}"`}`;
  const lines = ['--b', `Content-Type: ${type}`, disposition, 'Content-Transfer-Encoding: base64', ...header, ''];
  return `${lines.join('\r\n')}\r\n${base64Lines(bytes)}\r\n`;
}

export function base64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
}

/** URLs with kind and part, without that of the mail's own text. */
export function attachedUrls({ urls }: Extraction): string[] {
  return urls.filter(({ url }) => url !== bodyUrl).map(({ url, kind, part }) => `${kind} ${part} ${url}`);
}

export function attachmentNamed(extraction: Extraction, name: string): AttachmentInfo {
  const found = extraction.attachments.find(({ fileName }) => fileName === name);
  if (found === undefined) throw new Error(`no attachment is called ${name}`);
  return found;
}

export interface PdfInput {
  /** Of link annotations, as PDF strings with their brackets: `(https://a.example/)`, `<6874…>`. */
  readonly links?: readonly string[];
  /** Actions as dictionaries, each of an annotation. */
  readonly actions?: readonly string[];
  /** A page for each. */
  readonly pages?: readonly string[];
  /** Whole annotations of the first page. */
  readonly annotations?: readonly string[];
  /** Further entries of the catalog. */
  readonly catalog?: string;
  /** Of the content of all pages, packed. */
  readonly content?: Buffer;
  /** Further resources of all pages. */
  readonly resources?: string;
  readonly trailer?: string;
  /** Behind those of the pages: with one page, the first of these is object 6. */
  readonly moreObjects?: readonly string[];
  /** Of compression: 0 is the same bytes wherever it runs. */
  readonly level?: number;
}

/** A PDF as ISO 32000-2 §7.5 has it, written by hand. Links and actions stand on the first page. */
export function pdfFile(input: PdfInput): Buffer {
  const { links = [], actions = [], annotations = [], pages = ['Hello'], content, level } = input;
  const { catalog = '', trailer = '', moreObjects = [], resources: ofPages = '' } = input;
  const all = [...links.map((link) => `<< /S /URI /URI ${link} >>`), ...actions];
  const clicked = all.map((action) => `<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A ${action} >>`);
  const annots = [...clicked, ...annotations].join(' ');
  const pageNumber = (index: number) => 4 + index * 2;
  const further = ofPages === '' ? '' : ` ${ofPages}`;
  const resources = `/MediaBox [0 0 300 300] /Resources << /Font << /F1 3 0 R >>${further} >>`;
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R${catalog === '' ? '' : ` ${catalog}`} >>`,
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${pageNumber(index)} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((text, index) => [
      `<< /Type /Page /Parent 2 0 R ${resources} /Contents ${pageNumber(index) + 1} 0 R${index === 0 ? ` /Annots [${annots}]` : ''} >>`,
      packedStream(content ?? Buffer.from(`BT /F1 12 Tf 20 200 Td (${text}) Tj ET`), '', level),
    ]),
    ...moreObjects,
  ];
  let file = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${entries}`;
  return Buffer.from(
    `${file}${table}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${file.length}\n%%EOF\n`,
    'latin1',
  );
}

/** @param dictionary further entries */
export function packedStream(content: Buffer, dictionary = '', level = -1): string {
  const packed = deflateSync(content, { level });
  return `<< /Length ${packed.length} /Filter /FlateDecode ${dictionary} >>\nstream\n${packed.toString('latin1')}\nendstream`;
}
