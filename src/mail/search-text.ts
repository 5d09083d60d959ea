import type { FindingCode } from '../indicators/findings.js';
import { addHtmlUrls } from '../indicators/html-urls.js';
import { schemeUrls } from '../indicators/scheme-urls.js';
import { addTextUrls } from '../indicators/text-urls.js';
import type { UrlList, UrlPlace } from '../indicators/url-list.js';
import { isXmlFile } from '../indicators/urls/xml-walk.js';
import { wellFormed } from '../text/well-formed.js';
import { holdsOtherEncoding } from './other-encodings.js';
import type { TextPart } from './part-sink.js';
import { decodePart, otherReadings } from './text-readings.js';

/**
 * What is left of the work when a mail proved too much:
 * - `full`: all of it;
 * - `light`: archives and large attached texts are named and not opened, and of PDFs only links are found;
 * - `plain`: no attached file is opened, no script read and no code sought in pictures, and of long texts the beginning is read;
 * - `simple`: only fields as they stand and URLs with their scheme, by code that cannot be slow.
 */
export type ExtractionEffort = 'full' | 'light' | 'plain' | 'simple';

/** What a person reads of an HTML document, and where links other than URLs lead: `mailto:a@b.example`. */
export interface ReadHtml {
  readonly text: string;
  readonly links: readonly string[];
}

/** @param html where the text is an HTML document */
export type TextObserver = (text: string, html: ReadHtml | undefined, part: TextPart) => void;

/**
 * Adds the URLs of one text, as HTML or as running text.
 * @param observe looks for more in it; not called where the effort is `simple`
 */
export function addPartUrls(
  part: TextPart,
  list: UrlList,
  codes: Set<FindingCode>,
  effort: ExtractionEffort,
  observe: TextObserver = () => {},
): void {
  const usual = decodePart(part);
  if (usual.charsetUnknown) codes.add('charset-unknown');
  if (holdsOtherEncoding(usual.text)) codes.add('encoding-unread');
  const place = { part: part.part ?? undefined, kind: part.urlKind ?? undefined, base: part.base };
  addReading(wellFormed(usual.text), part, place, list, codes, effort, observe);
  const others = otherReadings(part, usual);
  if (others.cut) codes.add('text-cut');
  for (const other of others.texts) {
    addReading(wellFormed(other.text), part, place, list, codes, other.legible ? effort : 'simple');
  }
}

function addReading(
  text: string,
  part: TextPart,
  place: UrlPlace,
  list: UrlList,
  codes: Set<FindingCode>,
  effort: ExtractionEffort,
  observe: TextObserver = () => {},
): void {
  if (effort !== 'simple' && part.kind !== 'undecoded') {
    try {
      // HTML without a Content-Type is common in phishing, and some mail programs show it.
      const html = part.kind === 'html' || /^\s*<(?:!doctype html|html|head|body)\b/i.test(text.slice(0, 1000));
      const read = html ? addAndRead(text, list, place) : undefined;
      if (read === undefined) addTextUrls(text, list, place);
      // Browsers open any XML, and show what of it is SVG or XHTML.
      if (read === undefined && part.urlKind !== null && isXmlFile(text)) addHtmlUrls(text, list, place);
      observe(text, read, part);
      return;
    } catch {
      codes.add('parser-failed');
    }
  }
  for (const { start, end } of schemeUrls(text)) {
    list.add(text.slice(start, end), { part: place.part, kind: part.urlKind ?? 'text' });
  }
}

function addAndRead(html: string, list: UrlList, place: UrlPlace): ReadHtml {
  const texts: string[] = [];
  const links: string[] = [];
  addHtmlUrls(html, list, place, { text: (text) => texts.push(text), link: (value) => links.push(value) });
  return { text: texts.join('\n'), links };
}
