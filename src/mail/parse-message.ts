import { extractorVersion } from '../indicators/extractor-version.js';
import { type FindingCode, finding } from '../indicators/findings.js';
import { schemeUrls } from '../indicators/scheme-urls.js';
import type { Extraction } from '../indicators/types.js';
import { UrlList } from '../indicators/url-list.js';
import { keptBudget } from './attachments/attachment-sink.js';
import { lookInto } from './attachments/look-into.js';
import { isOpenedLightly } from './attachments/openers.js';
import { readAuthenticationReports } from './authentication-results.js';
import { Beginning } from './beginning.js';
import { BodySearch } from './body-search.js';
import { type DecodedHeaders, decodeFileName, decodeHeaders, rawHeaders } from './decode-headers.js';
import { addHeaderUrls } from './header-urls.js';
import { firstHeader, type HeaderField } from './headers.js';
import { MailObserver } from './mail-observer.js';
import { parseMailDate } from './parse-date.js';
import type { TextPart } from './part-sink.js';
import { DrawnCodes } from './qr/drawn-codes.js';
import { MessageReader } from './read-message.js';
import { addPartUrls, type ExtractionEffort, type TextObserver } from './search-text.js';
import type { Wanted } from './wanted.js';
import { wantedHeaders } from './wanted-headers.js';

export interface ExtractionLimits {
  /** Bytes read of one message. */
  readonly sizeBytes: number;
  /** Nesting of MIME parts and messages. */
  readonly depth: number;
  /** Time for one message. Only the pool can enforce it; half of it is kept for what is no attachment. */
  readonly seconds: number;
  /** What the configuration asks for beyond what every mail is searched for. */
  readonly wanted?: Wanted | undefined;
}

/** RFC 5322 §2.1.1: a line is at most 998 characters. */
const maxMessageIdChars = 998;
/** The part of a mail's time after which no more attachments are opened. */
const timeForAttachments = 0.5;
/** Of text, encoded, where all of it was too much. */
const maxPlainBytes = 1024 * 1024;

/**
 * From raw message bytes to what they hold. Never throws for what is in them: a mail that cannot be parsed gives an
 * extraction that says so in its findings. Throws what reading `raw` throws.
 * @param onHeavy called before the first attachment that may take long is opened: all else has been done by then
 */
export async function extractMessage(
  raw: Buffer | Iterable<Buffer> | AsyncIterable<Buffer>,
  limits: ExtractionLimits,
  effort: ExtractionEffort = 'full',
  onHeavy: () => void = () => {},
): Promise<Extraction> {
  const untilMs = performance.now() + limits.seconds * 1000 * timeForAttachments;
  const budget = keptBudget();
  const nameOf = effort === 'simple' ? () => null : fileNameOrNull;
  const headersWanted = wantedHeaders(limits.wanted);
  const observer = new MailObserver(headersWanted);
  const list = new UrlList();
  const codes = new Set<FindingCode>();
  const onMessage = (part: string, fields: readonly HeaderField[]) => {
    if (effort === 'simple') return;
    observer.message(part, fields);
    headerUrls(fields, part, list, codes);
  };
  const drawn = new DrawnCodes();
  const bodySearch = new BodySearch(limits.wanted, effort);
  const observe: TextObserver = (text, html, part) => {
    observer.text(text, html, part);
    if (effort !== 'plain') drawn.take(text, html, part.part);
    bodySearch.take(text, html !== undefined, part);
  };
  if (effort === 'plain') list.scriptWork.left = list.entityWork.left = 0;
  let leftPlainBytes = effort === 'plain' ? maxPlainBytes : Number.POSITIVE_INFINITY;
  const addText = (part: TextPart) => {
    if (part.raw.length > leftPlainBytes) codes.add('text-cut');
    const raw = part.raw.subarray(0, leftPlainBytes);
    leftPlainBytes -= raw.length;
    addPartUrls({ ...part, raw }, list, codes, effort, observe);
  };
  const wantsHeader = headersWanted?.wants;
  const reader = new MessageReader({ maxDepth: limits.depth, prefix: '', budget, nameOf, wantsHeader, onMessage });
  const beginning = new Beginning();
  let leftBytes = limits.sizeBytes;
  for await (const chunk of Buffer.isBuffer(raw) ? [raw] : raw) {
    beginning.add(chunk, Buffer.isBuffer(raw));
    if (chunk.length > leftBytes) codes.add('size-cut');
    reader.write(chunk.length > leftBytes ? chunk.subarray(0, leftBytes) : chunk);
    leftBytes -= Math.min(chunk.length, leftBytes);
    if (codes.has('size-cut')) break;
  }
  const message = reader.end();
  for (const code of message.findings) codes.add(code);

  const shown = message.texts.some(({ raw }) => raw.length > 2) || message.attachments.length > 0;
  if (!shown && message.outside.length > 0) codes.add('no-body');
  for (const part of shown ? message.texts : message.outside) addText(part);

  const { headers } = message;
  if (effort !== 'simple') headerUrls(headers, undefined, list, codes);
  if (!shown && message.outside.length === 0) addRawUrls(beginning, list, codes);
  const decoded = decodeOrFallBack(headers, codes, effort);
  const attachments = await lookInto(message.attachments, {
    sizeBytes: limits.sizeBytes - leftBytes,
    opens: (file) => effort === 'full' || file.kind === 'message' || (effort === 'light' && isOpenedLightly(file)),
    thorough: effort === 'full',
    onHeavy,
    untilMs,
    maxDepth: limits.depth,
    kept: budget,
    nameOf,
    wantsHeader,
    addMessage: onMessage,
    addText,
    addUrl: (url, kind, part) => list.add(url, { kind, part }),
    addFinding: (code) => codes.add(code),
    drawn,
  });
  const observed =
    effort === 'simple' ? { indicators: [], again: [], originals: [] } : observer.end(headers, list.urls);
  const further = headersWanted?.read(headers, effort !== 'simple');
  if (further?.cut === true) codes.add('header-cut');
  if (bodySearch.cut) codes.add('fields-cut');
  const inBody = bodySearch.end();
  for (const code of [...list.findings, ...observer.findings]) codes.add(code);
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
    attachments,
    indicators: observed.indicators,
    ...(observed.again.length === 0 ? {} : { again: observed.again }),
    originals: observed.originals,
    authentication: readAuthenticationReports(headers),
    ...(further === undefined ? {} : { headers: further.headers }),
    ...(inBody.length === 0 ? {} : { inBody }),
    findings: [...codes].map(finding),
  };
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

function headerUrls(
  fields: readonly HeaderField[],
  part: string | undefined,
  list: UrlList,
  codes: Set<FindingCode>,
): void {
  try {
    addHeaderUrls(fields, part, list);
  } catch {
    codes.add('parser-failed');
  }
}

/** The last resort, where neither a body nor a part was made out: whatever stands in the bytes as a URL. */
function addRawUrls(beginning: Beginning, list: UrlList, codes: Set<FindingCode>): void {
  const text = beginning.text();
  const before = list.urls.length;
  for (const { start, end } of schemeUrls(text)) list.add(text.slice(start, end), { part: undefined, kind: 'header' });
  if (list.urls.length > before) codes.add('raw-scanned');
}

function fileNameOrNull(headers: readonly HeaderField[]): string | null {
  try {
    return decodeFileName(headers);
  } catch {
    return null;
  }
}
