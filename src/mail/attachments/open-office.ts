import { createInflateRaw } from 'node:zlib';
import { decodeCharset } from '../decode-text.js';
import { addDecodedText } from './add-text.js';
import { binaryStrings } from './binary-strings.js';
import { formulaStrings, readFieldCode } from './field-code.js';
import { fileKind, startBytes } from './file-kind.js';
import { type OfficePart, officeOrder, officePart } from './office-parts.js';
import { withoutVocabulary } from './office-vocabulary.js';
import { type OfficeXml, type Relationship, readOfficeXml } from './office-xml.js';
import { isFolder, openEntry } from './open-entry.js';
import { chunkSize, memberPart, nameOnly, takeMember } from './take-member.js';
import { takePlaceIn } from './take-place.js';
import type { AttachedFile, Found } from './types.js';
import { settledEntry, unpackEntry } from './unpack-entry.js';
import type { ZipEntry } from './zip-entries.js';

/** Files searched of one document, and what they may unpack to: more than any honest one of 10 MB has. */
const maxParts = 1000;
const maxPartBytes = 8 * 1024 * 1024;
const maxImages = 20;
const maxImageBytes = 4 * 1024 * 1024;

/**
 * An Office Open XML or OpenDocument file: links and what else leads out of it, codes of fields, formulas, text,
 * properties; macros and embedded objects are said, named and looked into.
 */
export async function openOffice(file: AttachedFile, entries: readonly ZipEntry[], found: Found): Promise<void> {
  const left = { parts: maxParts, images: maxImages };
  for (const listed of officeOrder(entries)) {
    const part = officePart(listed.name);
    if (part === null || isFolder(listed)) continue;
    const entry = await settledEntry(file, listed, found);
    if (entry.encrypted) {
      found.finding('office-encrypted');
      continue;
    }
    if (left.parts === 0 || found.budget.unpackedBytes <= 0) {
      found.finding('office-cut');
      return;
    }
    if (found.overdue()) {
      found.finding('attachments-cut');
      return;
    }
    left.parts -= 1;
    if (part === 'macro') found.finding('office-macro');
    if (part === 'object') found.finding('office-object');
    if (part === 'foreign') await takeForeign(file, entry, found);
    else if (part === 'macro' || part === 'object') await takeObject(file, entry, found);
    else if (part === 'image') {
      if (left.images > 0) await takeImage(file, entry, found);
      left.images -= 1;
    } else await search(file, entry, part, found);
  }
}

async function search(file: AttachedFile, entry: ZipEntry, part: OfficePart, found: Found): Promise<void> {
  const { bytes, end } = await unpackEntry(file, entry, maxPartBytes, found);
  if (end !== 'whole') found.finding(end === 'stopped' ? 'office-cut' : 'attachment-unreadable');
  if (part === 'strings') {
    const strings = binaryStrings(bytes);
    if (strings.cut) found.finding('office-cut');
    addText(strings.text, file, found);
    return;
  }
  if (entry.name.includes('/macrosheets/') || part === 'basic') found.finding('office-macro');
  const xml = decodeCharset(bytes, null).text;
  const read = readOfficeXml(xml, part !== 'xml');
  if (part === 'basic') addDecodedText(read.text, { kind: 'text', part: file.part, urlKind: 'script' }, found);
  else takeXml(read, file, found);
}

function takeXml(read: OfficeXml, file: AttachedFile, found: Found): void {
  if (read.encrypted) found.finding('office-encrypted');
  for (const relationship of read.external) takeExternal(relationship, file, found);
  const lines = [read.text];
  for (const code of read.fields) {
    const { text, loads, runs } = readFieldCode(code);
    lines.push(text);
    if (runs) found.finding('office-macro');
    if (loads && isElsewhere(text)) found.finding('office-remote');
  }
  for (const formula of read.formulas) {
    lines.push(...formulaStrings(formula));
    // `cmd|' /c calc'!A1`: a formula that starts a program (Dynamic Data Exchange).
    if (/^[=+\-@\s]*[a-z]\w{0,30}\|/i.test(formula)) {
      found.finding('office-macro');
      lines.push(formula);
    }
  }
  addText(lines.join('\n'), file, found);
}

function takeExternal({ type, target }: Relationship, file: AttachedFile, found: Found): void {
  if (type !== 'hyperlink' && isElsewhere(target)) found.finding('office-remote');
  // `mhtml:https://a.example/!x-usc:https://a.example/` (CVE-2021-40444).
  for (const url of target.replace(/^\s*mhtml:/i, '').split(/!x-usc:/i)) {
    if (/^\s*(?:https?|ftp):/i.test(url)) found.url(url.trim(), 'attachment', file.part);
    else addText(url, file, found);
  }
}

function isElsewhere(target: string): boolean {
  return /(?:^|[\s"])(?:mhtml:)?(?:https?|ftp):|(?:^|[\s"/])\\\\[\w.]|file:\/\/[^/\s]/i.test(target);
}

function addText(text: string, { part }: AttachedFile, found: Found): void {
  addDecodedText(withoutVocabulary(text), { kind: 'text', part, urlKind: 'attachment' }, found);
}

async function takeObject(file: AttachedFile, entry: ZipEntry, found: Found): Promise<void> {
  if (!takePlaceIn(file, found)) return;
  const packed = file.bytes.subarray(entry.start, entry.start + entry.packedBytes);
  const engine = entry.method === 0 ? null : createInflateRaw({ chunkSize });
  await takeMember({ archive: file, path: entry.name, packed, engine }, found);
}

/** A document may have parts of any name, and any file may be put beside those of a document. */
async function takeForeign(file: AttachedFile, entry: ZipEntry, found: Found): Promise<void> {
  if (!takePlaceIn(file, found)) return;
  await openEntry(file, entry, found);
  if (/\.(?:xml|vml)$/i.test(entry.name)) await search(file, entry, 'xml', found);
}

/** Images are not named: they belong to the look of the document. They may hold a QR code. */
async function takeImage(file: AttachedFile, entry: ZipEntry, found: Found): Promise<void> {
  const { bytes } = await unpackEntry(file, entry, maxImageBytes, found);
  const name = nameOnly(entry.name);
  const kind = fileKind(bytes.subarray(0, startBytes), { fileName: name, contentType: '' });
  if (kind === null || bytes.length > found.budget.kept.leftBytes) return;
  found.budget.kept.leftBytes -= bytes.length;
  const part = memberPart(file, entry.name);
  found.file({ ...file, kind, name, part, path: part, contentType: '', bytes, charset: null });
}
