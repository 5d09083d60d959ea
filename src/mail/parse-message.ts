import { extractorVersion } from '../indicators/extractor-version.js';
import { type FindingCode, finding } from '../indicators/findings.js';
import { addHtmlUrls } from '../indicators/html-urls.js';
import { schemeUrls } from '../indicators/scheme-urls.js';
import { addTextUrls } from '../indicators/text-urls.js';
import type { AttachmentInfo, Extraction } from '../indicators/types.js';
import { UrlList } from '../indicators/url-list.js';
import { type DecodedHeaders, decodeFileName, decodeHeaders, rawHeaders } from './decode-headers.js';
import { decodePart, decodeTransfer } from './decode-text.js';
import { firstHeader, type HeaderField } from './headers.js';
import { parseMailDate } from './parse-date.js';
import type { AttachmentPart, TextPart } from './part-sink.js';
import { MessageReader } from './read-message.js';

export interface ExtractionLimits {
  /** Bytes read of one message. */
  readonly sizeBytes: number;
  /** Nesting of MIME parts and messages. */
  readonly depth: number;
  /** Time for one message. Only the pool can enforce it. */
  readonly seconds: number;
}

/**
 * `full`: everything. `simple`: what is left when a mail proved too much for the other: only fields as they stand and
 * URLs with their scheme, by code that cannot be slow.
 */
export type ExtractionEffort = 'full' | 'simple';

/** RFC 5322 §2.1.1: a line is at most 998 characters. */
const maxMessageIdChars = 998;
const maxAttachments = 1000;

/**
 * From raw message bytes to what they hold. Never throws for what is in them: a mail that cannot be parsed gives an
 * extraction that says so in its findings. Throws what reading `raw` throws.
 */
export async function extractMessage(
  raw: Buffer | Iterable<Buffer> | AsyncIterable<Buffer>,
  limits: ExtractionLimits,
  effort: ExtractionEffort = 'full',
): Promise<Extraction> {
  const reader = new MessageReader(limits.depth);
  const codes = new Set<FindingCode>();
  let leftBytes = limits.sizeBytes;
  for await (const chunk of Buffer.isBuffer(raw) ? [raw] : raw) {
    if (chunk.length > leftBytes) codes.add('size-cut');
    reader.write(chunk.length > leftBytes ? chunk.subarray(0, leftBytes) : chunk);
    leftBytes -= Math.min(chunk.length, leftBytes);
    if (codes.has('size-cut')) break;
  }
  const message = reader.end();
  for (const code of message.findings) codes.add(code);

  const parts = unwrap(message.texts, message.attachments, limits.depth, codes);
  const shown = parts.texts.some(({ raw }) => raw.length > 2) || parts.attachments.length > 0;
  if (!shown && message.outside.length > 0) codes.add('no-body');
  const list = new UrlList();
  for (const part of shown ? parts.texts : message.outside) addPartUrls(part, list, codes, effort);
  for (const code of list.findings) codes.add(code);

  const { headers } = message;
  const decoded = decodeOrFallBack(headers, codes, effort);
  return {
    extractorVersion,
    subject: decoded.subject,
    from: decoded.from.text,
    to: decoded.to.text,
    fromAddresses: decoded.from.addresses,
    toAddresses: decoded.to.addresses,
    messageId: firstHeader(headers, 'message-id')?.slice(0, maxMessageIdChars) || null,
    dateMs: parseMailDate(firstHeader(headers, 'date') ?? ''),
    urls: list.urls,
    attachments: describeAttachments(parts.attachments, effort),
    findings: [...codes].map(finding),
  };
}

interface Parts {
  readonly texts: readonly TextPart[];
  readonly attachments: readonly AttachmentPart[];
}

/** Opens attached messages that are encoded as a whole (not legal, RFC 2046 §5.2.1, and sent all the same). */
function unwrap(
  texts: readonly TextPart[],
  attachments: readonly AttachmentPart[],
  maxDepth: number,
  codes: Set<FindingCode>,
): Parts {
  if (texts.every(({ kind }) => kind !== 'message')) return { texts, attachments };
  const all: { texts: TextPart[]; attachments: AttachmentPart[] } = { texts: [], attachments: [...attachments] };
  for (const part of texts) {
    const depth = part.depth + 1;
    if (part.kind !== 'message') all.texts.push(part);
    else if (depth > maxDepth) codes.add('depth-cut');
    else {
      const reader = new MessageReader(maxDepth - depth);
      reader.write(decodeTransfer(part.raw, part.encoding));
      const inner = reader.end();
      for (const code of inner.findings) codes.add(code);
      const deeper = inner.texts.map((text) => ({ ...text, depth: text.depth + depth }));
      const opened = unwrap(deeper, inner.attachments, maxDepth, codes);
      all.texts.push(...opened.texts);
      all.attachments.push(...opened.attachments);
    }
  }
  return all;
}

function addPartUrls(part: TextPart, list: UrlList, codes: Set<FindingCode>, effort: ExtractionEffort): void {
  const { text, charsetUnknown } = decodePart(part);
  if (charsetUnknown) codes.add('charset-unknown');
  if (effort === 'full' && part.kind !== 'undecoded') {
    try {
      // HTML without a Content-Type is common in phishing, and some mail programs show it.
      const html = part.kind === 'html' || /^\s*<(?:!doctype html|html|head|body)\b/i.test(text.slice(0, 1000));
      if (html) addHtmlUrls(text, list);
      else addTextUrls(text, list);
      return;
    } catch {
      codes.add('parser-failed');
    }
  }
  for (const { start, end } of schemeUrls(text)) list.add(text.slice(start, end), 'text');
}

function decodeOrFallBack(
  headers: readonly HeaderField[],
  codes: Set<FindingCode>,
  effort: ExtractionEffort,
): DecodedHeaders {
  if (effort === 'simple') return rawHeaders(headers);
  try {
    const decoded = decodeHeaders(headers);
    if (decoded.cut) codes.add('header-cut');
    return decoded;
  } catch {
    codes.add('parser-failed');
    return rawHeaders(headers);
  }
}

function describeAttachments(parts: readonly AttachmentPart[], effort: ExtractionEffort): AttachmentInfo[] {
  return parts.slice(0, maxAttachments).map(({ headers, contentType, sizeBytes }) => ({
    fileName: effort === 'full' ? fileNameOrNull(headers) : null,
    contentType: contentType.slice(0, 200),
    sizeBytes,
  }));
}

function fileNameOrNull(headers: readonly HeaderField[]): string | null {
  try {
    return decodeFileName(headers);
  } catch {
    return null;
  }
}
