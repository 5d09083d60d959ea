import type { FindingCode } from '../indicators/findings.js';
import { addHtmlUrls } from '../indicators/html-urls.js';
import { addHeaderObservables } from '../indicators/observables/header-observables.js';
import { htmlText } from '../indicators/observables/html-text.js';
import { IndicatorList } from '../indicators/observables/indicator-list.js';
import { findMailAddresses } from '../indicators/observables/mail-addresses.js';
import { senderMismatches } from '../indicators/observables/sender-mismatches.js';
import { addAddress, addTextObservables } from '../indicators/observables/text-observables.js';
import type { Indicator } from '../indicators/observables/types.js';
import { addUrlHosts } from '../indicators/observables/url-hosts.js';
import { addTextUrls } from '../indicators/text-urls.js';
import type { FoundUrl } from '../indicators/types.js';
import { UrlList } from '../indicators/url-list.js';
import type { HeaderField } from './headers.js';
import { isWithin } from './is-within.js';
import { readMailingList } from './mailing-list.js';
import {
  attachedOriginal,
  findInlineOriginals,
  type InlineOriginal,
  mayHoldOriginals,
  type OriginalMail,
} from './original-mail.js';
import { parseMailDate } from './parse-date.js';
import type { TextPart } from './part-sink.js';
import type { ReadHtml } from './search-text.js';
import { readSenders } from './senders.js';
import type { WantedHeaders } from './wanted-headers.js';

/** Characters of text that are searched for more than URLs; more than any honest mail has. */
const maxChars = 4_000_000;
const maxOriginals = 20;
const maxLinks = 2000;

interface Original extends Omit<OriginalMail, 'urls'> {
  /** URLs of its own text; those of files attached to it are known by their part. */
  readonly own: Set<string>;
}

/** Sees the texts and headers of a mail as they are read, and finds in them what is no URL, and the mails it carries. */
export class MailObserver {
  readonly findings = new Set<FindingCode>();
  readonly #inTexts = new IndicatorList();
  readonly #messages: { readonly part: string; readonly fields: readonly HeaderField[] }[] = [];
  readonly #originals: Original[] = [];
  readonly #headersWanted: WantedHeaders | undefined;
  #leftChars = maxChars;

  /** @param headersWanted what is told of the headers of attached mails */
  constructor(headersWanted?: WantedHeaders) {
    this.#headersWanted = headersWanted;
  }

  /** The header of an attached message; before its texts. */
  message(part: string, fields: readonly HeaderField[]): void {
    if (this.#messages.length < maxOriginals) this.#messages.push({ part, fields });
    const further = this.#headersWanted?.read(fields);
    const headers = further === undefined ? {} : { headers: further.headers };
    this.#addOriginal({ ...attachedOriginal(fields), ...headers, part, own: new Set() });
  }

  /** @param html where the text is an HTML document */
  text(source: string, html: ReadHtml | undefined, { part, urlKind }: TextPart): void {
    const text = html?.text ?? source;
    if (text.length > this.#leftChars) this.findings.add('indicators-cut');
    if (this.#leftChars <= 0) return;
    const whole = text.slice(0, this.#leftChars);
    this.#leftChars -= whole.length;
    const where = part ?? undefined;
    addTextObservables(whole, where, this.#inTexts);
    for (const address of (html?.links ?? []).slice(0, maxLinks).flatMap(mailtoAddresses))
      addAddress(address, where, this.#inTexts);
    this.#addToAttached(source, html !== undefined, part);
    // Files have no mail in them that a person forwarded.
    if (urlKind === null && mayHoldOriginals(whole)) this.#findInline(source, html !== undefined, part);
  }

  /**
   * @param fields the header of the mail itself
   * @param urls all that were found, the final ones
   */
  end(
    fields: readonly HeaderField[],
    urls: readonly FoundUrl[],
  ): {
    readonly indicators: readonly Indicator[];
    /** What stands once more in an attached mail. */
    readonly again: readonly Indicator[];
    readonly originals: readonly OriginalMail[];
  } {
    const list = new IndicatorList();
    this.#addSenders(undefined, fields, list);
    for (const message of this.#messages) this.#addSenders(message.part, message.fields, list);
    addUrlHosts(urls, list);
    for (const indicator of [...this.#inTexts.indicators, ...this.#inTexts.again]) list.add(indicator);
    if (list.cut || this.#inTexts.cut) this.findings.add('indicators-cut');
    const attached = this.#originals.filter(({ how }) => how === 'attached');
    return {
      indicators: list.indicators,
      again: list.again.filter((indicator) => attached.some(({ part }) => isWithin(indicator.part, part))),
      originals: this.#originals.map((original) => withUrls(original, urls)),
    };
  }

  #addSenders(part: string | undefined, fields: readonly HeaderField[], list: IndicatorList): void {
    try {
      const { addresses, senders } = readSenders(fields);
      const received = fields.filter(({ name }) => name === 'received').map(({ value }) => value);
      addHeaderObservables(addresses, received, part, list);
      for (const code of senderMismatches(addresses, senders, readMailingList(fields))) this.findings.add(code);
    } catch {
      this.findings.add('parser-failed');
    }
  }

  #addToAttached(source: string, html: boolean, part: string | null): void {
    const around = this.#originals.filter((original) => original.how === 'attached' && isWithin(part, original.part));
    if (around.length === 0) return;
    // Once for all messages around it, however deep they are nested.
    const urls = urlsIn(source, html);
    for (const { own } of around) for (const url of urls) own.add(url);
  }

  #findInline(source: string, html: boolean, part: string | null): void {
    // Read once more, by what knows where in the document each line stands.
    const read = html ? htmlText(source.slice(0, maxChars)) : undefined;
    const text = read?.text ?? source.slice(0, maxChars);
    const found = findInlineOriginals(text);
    if (read?.leftOut === true && !isSameMails(found, htmlText(source.slice(0, maxChars), true).text))
      this.findings.add('hidden-original');
    const offset = (at: number) => (at === text.length ? source.length : (read?.sourceOffset(at) ?? at));
    for (const { start, end, ...fields } of found) {
      const own = new Set(urlsIn(source.slice(offset(start), offset(end)), html));
      const dateMs = parseMailDate(fields.date ?? '');
      const where = part === null ? {} : { part };
      this.#addOriginal({ how: 'inline', ...where, ...fields, dateMs, own });
    }
  }

  /** The same forward stands in the text and in the HTML of a mail. */
  #addOriginal(original: Original): void {
    const same = (other: Original) =>
      original.how === 'inline' &&
      other.how === 'inline' &&
      other.part !== original.part &&
      (['from', 'subject', 'date'] as const).every((key) => words(other[key]) === words(original[key]));
    const known = this.#originals.find(same);
    if (known !== undefined) for (const url of original.own) known.own.add(url);
    else if (this.#originals.length < maxOriginals) this.#originals.push(original);
    else this.findings.add('originals-cut');
  }
}

/** Whether the text, in which what is hidden stands too, carries the same mails. */
function isSameMails(seen: readonly InlineOriginal[], whole: string): boolean {
  const headerOf = ({ from, to, subject, date }: InlineOriginal) => JSON.stringify([from, to, subject, date]);
  const known = new Set(seen.map(headerOf));
  return findInlineOriginals(whole).every((one) => known.has(headerOf(one)));
}

function withUrls({ own, ...original }: Original, urls: readonly FoundUrl[]): OriginalMail {
  const { how, part } = original;
  const isMine = (found: FoundUrl) => own.has(found.url) || (how === 'attached' && isWithin(found.part ?? null, part));
  return { ...original, urls: urls.filter(isMine).map(({ url }) => url) };
}

function urlsIn(source: string, html: boolean): readonly string[] {
  const list = new UrlList();
  const place = { part: undefined };
  if (html) addHtmlUrls(source, list, place);
  else addTextUrls(source, list, place);
  return list.urls.map(({ url }) => url);
}

/** Programs differ in blanks and brackets between the text and the HTML of one mail. */
function words(text: string | null): string {
  return (text ?? '').replaceAll(/<mailto:[^>]{0,400}>|[\s<>[\]"'*_]+/g, '').toLowerCase();
}

/** RFC 6068: several, percent-encoded, before a question mark. */
function mailtoAddresses(link: string): readonly string[] {
  const [, to = ''] = /^\s{0,9}mailto:([^?]{3,1000})/i.exec(link) ?? [];
  if (to === '') return [];
  try {
    return findMailAddresses(decodeURIComponent(to));
  } catch {
    return findMailAddresses(to);
  }
}
