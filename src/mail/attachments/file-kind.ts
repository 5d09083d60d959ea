import { imageFormat } from '../qr/image-header.js';
import { compoundMagic } from './compound-file.js';
import { tnefMagic } from './read-tnef.js';
import { isCms } from './signed-data.js';
import { isTarHeader } from './tar-entries.js';

/** What an attached file is, by its first bytes; its name and declared type only decide where those leave it open. */
export type FileKind =
  | 'message'
  | 'html'
  | 'text'
  | 'pdf'
  | 'image'
  | 'zip'
  | 'gzip'
  | 'tar'
  /** By its name; it is told from other zips by what is in it. */
  | 'office'
  /** Of Outlook (`.msg`), of Office before 2007, and what has a password. */
  | 'compound'
  | 'tnef'
  | 'rtf'
  /** Of events or of people. */
  | 'calendar'
  /** A web page saved as a message. */
  | 'page'
  /** Shortcuts and notebooks, whose text is searched for as strings. */
  | 'strings'
  /** S/MIME: signed as a whole, or encrypted. */
  | 'signed';

/** So many bytes tell. */
export const startBytes = 4100;

export interface Declared {
  readonly fileName: string | null;
  /** In lower case; '' for a file from an archive. */
  readonly contentType: string;
}

const htmlEndings: ReadonlySet<string> = new Set('htm html shtml xhtml xht hta svg webloc plist'.split(' '));
const textEndings: ReadonlySet<string> = new Set(
  'txt text csv tsv log md url website ics ical vcf vcs ps1 js jse vbs vbe wsf wsc sct bat cmd json xml rtf iqy slk rdp jnlp desktop application appinstaller appref-ms msc xsl xslt xdp fdf xfdf m3u m3u8 asx wax wvx ica css inf reg library-ms searchconnector-ms settingcontent-ms'.split(
    ' ',
  ),
);
const officeEndings: ReadonlySet<string> = new Set(
  'docx docm dotx dotm xlsx xlsm xltx xltm xlsb xlam pptx pptm ppsx ppsm potx potm ppam thmx odt ods odp odg ott ots otp'.split(
    ' ',
  ),
);
const htmlTypes: ReadonlySet<string> = new Set([
  'text/html',
  'text/x-amp-html',
  'application/xhtml+xml',
  'image/svg+xml',
]);

/** The tags that a browser takes for HTML where nothing else tells (MIME Sniffing Standard §7.1), and SVG. */
const htmlStart =
  /^\s*(?:<\?xml[^>]{0,500}>\s*)?<(?:!doctype\s+(?:html|svg)|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|center|form|svg)[\s>/])/i;
const headerLine =
  '(?:received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version|reply-to|sender|content-type|authentication-results|dkim-signature|arc-[a-z-]+|x-[a-z-]+):[^\\n]*\\n';
const messageStart = new RegExp(`^\\s*(?:From [^\\n]*\\n)?(?:${headerLine}(?:[ \\t][^\\n]*\\n)*){2}`, 'i');
const calendarStart = /^\s*BEGIN:V[A-Z]/i;
const shortcutStart = /^\s*\[InternetShortcut\]/i;
/** Of a shortcut of Windows (MS-SHLLINK), a binary property list, a notebook of OneNote (MS-ONESTORE). */
const stringStarts = [
  '4c0000000114020000000000c000000000000046',
  '62706c6973743030',
  'e4525c7b8cd8a74daeb15378d02996d3',
];

/**
 * What to look into an attached file as; null for what is not looked into: films, programs.
 * @param start its first `startBytes` bytes, or all of them
 */
export function fileKind(start: Buffer, { fileName, contentType }: Declared): FileKind | null {
  const ending = nameEnding(fileName);
  const latin = start.toString('latin1');
  if (latin.startsWith('%PDF-')) return 'pdf';
  if (latin.startsWith('\x1f\x8b\x08')) return 'gzip';
  if (latin.startsWith('PK\x03\x04') || latin.startsWith('PK\x05\x06'))
    return officeEndings.has(ending) ? 'office' : 'zip';
  if (start.subarray(0, compoundMagic.length).equals(compoundMagic)) return 'compound';
  if (start.subarray(0, tnefMagic.length).equals(tnefMagic)) return 'tnef';
  if (isCms(start)) return 'signed';
  const hex = start.toString('hex', 0, 20);
  if (stringStarts.some((magic) => hex.startsWith(magic))) return 'strings';
  // Word asks for no more than this.
  if (/^[\s\xef\xbb\xbf]{0,100}\{\\rt/.test(latin)) return 'rtf';
  if (isTarHeader(start)) return 'tar';
  // Readers of PDF take what begins within the first kilobyte; a page or message that only names it is none.
  const text = withoutMark(latin);
  const named = isCalledHtml({ fileName, contentType }) || htmlStart.test(text) || messageStart.test(text);
  if (!named && latin.slice(0, 1029).includes('%PDF-')) return 'pdf';
  const clean = looksLikeText(start);
  if (!clean && endsInZip(ending, contentType)) return 'zip';
  if (!clean && imageFormat(start) !== null) return 'image';
  // Browsers and calendars go by these, whatever control characters there are.
  if (messageStart.test(text)) return isPage(text, ending) ? 'page' : 'message';
  if (ending === 'eml' || contentType === 'message/rfc822' || contentType === 'message/global') return 'message';
  if (calendarStart.test(text)) return 'calendar';
  if (shortcutStart.test(text)) return 'text';
  if (htmlStart.test(text) || isCalledHtml({ fileName, contentType })) return 'html';
  if (textEndings.has(ending)) return clean || isMostlyText(start) ? 'text' : 'strings';
  if (contentType.startsWith('text/') || contentType.startsWith('message/'))
    return clean || isMostlyText(start) ? 'text' : null;
  if (endsInZip(ending, contentType)) return 'zip';
  // Of an ending that nobody knows; of a longer file only the beginning is known yet.
  return clean && (text.includes('://') || start.length >= startBytes) ? 'text' : null;
}

/** Browsers open it as a page, whatever it holds. */
export function isCalledHtml({ fileName, contentType }: Declared): boolean {
  return htmlEndings.has(nameEnding(fileName)) || htmlTypes.has(contentType);
}

/** Nobody sent it: browsers and Word write such headers. */
function isPage(text: string, ending: string): boolean {
  if (ending === 'mht' || ending === 'mhtml' || /^Snapshot-Content-Location:/im.test(text)) return true;
  const header = text.slice(0, Math.max(0, text.search(/\n\r?\n/)));
  if (/^(?:received|return-path|to|cc|message-id|delivered-to|dkim-signature):/im.test(header)) return false;
  return /^content-type:[ \t]*multipart\/related\b/im.test(header) && !/^from:(?!.{0,5}saved by)/im.test(header);
}

/** In lower case; '' where the name has none. Blanks and dots behind it are taken off, as Windows does. */
export function nameEnding(fileName: string | null): string {
  return /\.([^.\s/\\]{1,20})[\s.]{0,100}$/.exec((fileName ?? '').slice(-200))?.[1]?.toLowerCase() ?? '';
}

/** A zip may have anything before it: it is read from its end. */
function endsInZip(ending: string, contentType: string): boolean {
  return ending === 'zip' || contentType === 'application/zip' || contentType === 'application/x-zip-compressed';
}

/** No control characters but those of text; of UTF-16 one byte of each two may be zero. */
export function looksLikeText(start: Buffer): boolean {
  if (hasWideMark(start)) return isWideText(start);
  const zeros = [0, 0];
  let controls = 0;
  for (let at = 0; at < start.length; at++) {
    const byte = start[at] as number;
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
    else if (byte < 0x09 || (byte > 0x0d && byte < 0x1b) || (byte > 0x1b && byte < 0x20)) controls += 1;
  }
  const [fewer = 0, more = 0] = zeros.sort((a, b) => a - b);
  if (start.length === 0 || controls > start.length / 100) return false;
  return more === 0 || (fewer * 20 <= more && more * 4 > start.length);
}

/** What an editor shows as text with some strange characters in it. */
function isMostlyText(start: Buffer): boolean {
  let zeros = 0;
  let controls = 0;
  for (const byte of start) {
    if (byte === 0) zeros += 1;
    else if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b) controls += 1;
  }
  return zeros * 2 <= start.length && controls * 10 <= start.length - zeros;
}

/** UTF-16 of any script, of which only Latin has zeros in every other byte. */
function isWideText(start: Buffer): boolean {
  const units = start.length >> 1;
  const unitAt = (index: number) => (start[0] === 0xff ? start.readUInt16LE(index * 2) : start.readUInt16BE(index * 2));
  let strange = 0;
  for (let index = 1; index < units; index++) {
    const unit = unitAt(index);
    const next = index + 1 < units ? unitAt(index + 1) : 0xdc00;
    if (unit < 0x20 && !(unit >= 0x09 && unit <= 0x0d) && unit !== 0x1b) strange += 1;
    else if (unit >= 0xdc00 && unit <= 0xdfff) strange += 1;
    // Both halves at once.
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      if (next < 0xdc00 || next > 0xdfff) strange += 1;
      else index += 1;
    }
  }
  return strange <= units / 100;
}

/** U+FEFF in either order of bytes. */
export function hasWideMark(start: Buffer): boolean {
  const mark = start.length < 2 ? 0 : start.readUInt16BE(0);
  return mark === 0xfffe || mark === 0xfeff;
}

function withoutMark(latin: string): string {
  return latin.replaceAll('\0', '').replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
}
