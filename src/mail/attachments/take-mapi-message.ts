import { decodeCharset } from '../decode-text.js';
import { type HeaderField, scanHeaders } from '../headers.js';
import { addDecodedText } from './add-text.js';
import { charsetOfCodePage } from './code-pages.js';
import { decompressRtf } from './decompress-rtf.js';
import { type MapiProperties, mapiIds, mapiTypes, numberOf, textOf, timeOf } from './mapi-properties.js';
import { readRtf } from './read-rtf.js';
import { shown, takeMember } from './take-member.js';
import { takeRtf } from './take-rtf.js';
import type { AttachedFile, Found } from './types.js';

/** A message as Outlook keeps it, of a .msg file or of TNEF. */
export interface MapiMessage {
  readonly properties: MapiProperties;
  readonly attachments: readonly MapiAttachment[];
}

export interface MapiAttachment {
  readonly properties: MapiProperties;
  /** Null where it is no file. */
  readonly bytes: Buffer | null;
  /** Looks into the message or object that it is instead, given where that stands and how deep. */
  readonly open: ((path: string, depth: number) => Promise<void>) | null;
}

export interface MapiPlace {
  readonly file: AttachedFile;
  /** What paths of its parts begin with: `2/report.msg`. */
  readonly path: string;
  /** Messages and multiparts around it, itself counted. */
  readonly depth: number;
  /** False: it is the mail itself in another form, and no mail that was forwarded. */
  readonly carried: boolean;
}

const maxRtfBytes = 16 * 1024 * 1024;

/** Headers, texts and files of a message: as those of an attached RFC 5322 message are. */
export async function takeMapiMessage(message: MapiMessage, place: MapiPlace, found: Found): Promise<void> {
  if (place.depth > found.maxDepth) {
    found.finding('depth-cut');
    return;
  }
  if (place.carried) found.message(`${place.path}!`, headersOf(message.properties));
  await takeBodies(message.properties, place, found);
  const names = new Set<string>();
  for (const attachment of message.attachments) {
    if (found.budget.members === 0) {
      found.finding('file-cut');
      return;
    }
    if (found.overdue()) {
      found.finding('attachments-cut');
      return;
    }
    found.budget.members -= 1;
    await takeAttachment(attachment, freeName(nameOf(attachment.properties), names), place, found);
  }
}

async function takeBodies(properties: MapiProperties, { file, path }: MapiPlace, found: Found): Promise<void> {
  const place = (name: string) => ({ part: `${path}!${name}`, urlKind: null });
  addDecodedText(textOf(properties, mapiIds.body), { kind: 'text', ...place('body.txt') }, found);
  const html = properties.get(mapiIds.html);
  if (html !== undefined) {
    const charset = charsetOfCodePage(numberOf(properties, mapiIds.internetCodePage));
    const text =
      html.type === mapiTypes.binary ? decodeCharset(html.bytes, charset).text : textOf(properties, mapiIds.html);
    addDecodedText(text, { kind: 'html', ...place('body.html') }, found);
  }
  const packed = properties.get(mapiIds.rtf);
  if (packed?.type !== mapiTypes.binary) return;
  const rtf = decompressRtf(packed.bytes, Math.min(maxRtfBytes, found.budget.unpackedBytes));
  if (rtf === null) return;
  found.budget.unpackedBytes -= rtf.bytes.length;
  if (rtf.cut) found.finding('file-cut');
  await takeRtf(readRtf(rtf.bytes), { file, ...place('body.rtf') }, found);
}

async function takeAttachment(
  { properties, bytes, open }: MapiAttachment,
  name: string,
  { file, path, depth }: MapiPlace,
  found: Found,
): Promise<void> {
  // A link to a file elsewhere in place of the file.
  const target = textOf(properties, mapiIds.longPathName) || textOf(properties, mapiIds.pathName);
  addDecodedText(target, { kind: 'text', part: `${path}!${name}`, urlKind: null }, found);
  if (open !== null) await open(`${path}!${name}`, depth + 1);
  else if (bytes !== null) {
    const nesting = { archives: file.archives, depth };
    await takeMember({ archive: { ...file, path }, path: name, packed: bytes, engine: null, nesting }, found);
  }
}

function nameOf(properties: MapiProperties): string {
  const ids = [mapiIds.longName, mapiIds.shortName, mapiIds.displayName];
  return shown(ids.map((id) => textOf(properties, id)).find((name) => name.trim() !== '') ?? 'attachment');
}

/** Two of one name have two paths. */
function freeName(name: string, names: Set<string>): string {
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name} (${number})`;
  names.add(free);
  return free;
}

/** As they were sent, if Outlook knows them; else what it knows instead. */
function headersOf(properties: MapiProperties): readonly HeaderField[] {
  const sent = scanHeaders(Buffer.from(textOf(properties, mapiIds.headers)));
  const known = new Set(sent.map(({ name }) => name));
  const text = (id: number) => textOf(properties, id);
  const from =
    address(
      text(mapiIds.representingName),
      text(mapiIds.representingSmtpAddress) || text(mapiIds.representingAddress),
    ) || address(text(mapiIds.senderName), text(mapiIds.senderSmtpAddress) || text(mapiIds.senderAddress));
  const fields = [
    { name: 'from', value: from },
    { name: 'to', value: text(mapiIds.displayTo) },
    { name: 'subject', value: text(mapiIds.subject) },
    { name: 'message-id', value: text(mapiIds.messageId) },
    { name: 'date', value: timeOf(properties, mapiIds.submitTime)?.toUTCString() ?? '' },
  ];
  const added = fields.filter(({ name, value }) => value.trim() !== '' && !known.has(name));
  return [...sent, ...added.map(({ name, value }) => ({ name, value: headerBytes(value) }))];
}

function address(name: string, mail: string): string {
  // Within an organisation it is a path of the directory: `/O=EXAMPLE/OU=…`.
  const known = mail.includes('@') ? `<${mail.trim()}>` : '';
  const quoted = name.trim() === '' ? '' : `"${name.trim().replaceAll(/["\\]/g, '')}"`;
  return `${quoted} ${known}`.trim();
}

/** One character for each byte of UTF-8, as raw headers are kept; no control characters. */
function headerBytes(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return Buffer.from(value.replaceAll(/[\u0000-\u001f]+/g, ' ').trim()).toString('latin1');
}
