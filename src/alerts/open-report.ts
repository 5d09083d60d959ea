import { IndicatorList } from '../indicators/observables/indicator-list.js';
import { findMailAddresses } from '../indicators/observables/mail-addresses.js';
import type { Indicator } from '../indicators/observables/types.js';
import { addUrlHosts } from '../indicators/observables/url-hosts.js';
import type { AttachmentInfo, Extraction, Finding, FoundUrl } from '../indicators/types.js';
import { isWithin } from '../mail/is-within.js';
import type { OriginalMail } from '../mail/original-mail.js';

/** A mail that a report carries. */
export interface CarriedMail {
  /** Tells it from the others of its report; the same extraction gives the same. */
  readonly key: string;
  /** What it holds, as if it had been received itself. Parts are those of the report. */
  readonly extraction: Extraction;
}

export interface OpenedReport {
  /** In the order of the extraction's `originals`. */
  readonly mails: readonly CarriedMail[];
  /** What stands in the report and in no mail that it carries. */
  readonly rest: { readonly urls: readonly FoundUrl[]; readonly files: number };
}

/**
 * Takes a report apart into the mails that it carries; undefined where it carries none. Pure.
 *
 * An attached mail has what lies in its part, but for mails attached to it in turn: each is one of its own. What it
 * quotes is its own text, lest every thread become as many alerts. A mail that stands in the report's text has its URLs
 * there, and what parts do not tell apart: indicators of the text, and for the first one the files beside it, since
 * programs that forward inline attach them anew.
 */
export function openReport(report: Extraction): OpenedReport | undefined {
  const places = new Places((report.originals ?? []).filter(({ how }) => how === 'attached'));
  const originals = (report.originals ?? []).filter(
    (original) => original.how === 'attached' || places.isBeside(original),
  );
  if (originals.length === 0) return undefined;
  const filesBeside = report.attachments.filter((file) => places.isBeside(file) && !places.isMail(file));
  const firstInline = originals.find(({ how }) => how === 'inline');
  const mails = originals.map((original) =>
    original.how === 'attached'
      ? ofAttached(original, report, places)
      : ofInline(original, report, places, original === firstInline ? filesBeside : []),
  );
  const keys = keysOf(report.extractorVersion, originals);
  const urls = new Set(mails.flatMap((mail) => mail.urls));
  return {
    mails: mails.map((extraction, index) => ({ key: keys[index] ?? '', extraction })),
    rest: {
      urls: report.urls.filter((found) => !urls.has(found)),
      files: firstInline === undefined ? filesBeside.filter((file) => !places.holdsMail(file)).length : 0,
    },
  };
}

/** Which of the attached mails something stands in: the innermost. */
class Places {
  readonly #attached: readonly OriginalMail[];

  constructor(attached: readonly OriginalMail[]) {
    // Parts of inner mails are longer.
    this.#attached = attached.toSorted((one, other) => (other.part ?? '').length - (one.part ?? '').length);
  }

  around({ part }: { readonly part?: string }): OriginalMail | undefined {
    return this.#attached.find((original) => isWithin(part, original.part));
  }

  /** The mail that a file is attached to, which it may be itself in the other sense. */
  aroundFile(file: AttachmentInfo): OriginalMail | undefined {
    return this.#attached.find((original) => isWithin(file.part, original.part) && !isFileOf(file, original));
  }

  within(outer: OriginalMail): readonly OriginalMail[] {
    return this.#attached.filter((inner) => inner !== outer && isWithin(inner.part, outer.part));
  }

  isMail(file: AttachmentInfo): boolean {
    return this.#attached.some((original) => isFileOf(file, original));
  }

  /** An archive with mails in it: what else is in it is told by itself. */
  holdsMail(file: AttachmentInfo): boolean {
    return this.#attached.some((original) => isWithin(original.part, file.part));
  }

  /** In the report itself. */
  isBeside(something: { readonly part?: string }): boolean {
    return this.around(something) === undefined;
  }
}

function ofAttached(original: OriginalMail, report: Extraction, places: Places): Extraction {
  const { part } = original;
  const own = new Set(original.urls);
  // Of a URL only the first place is known: what an inner mail has too is told there.
  const ofInner = new Set(places.within(original).flatMap(({ urls }) => urls));
  const isMine = (found: FoundUrl) =>
    own.has(found.url) && (places.around(found) === original || !ofInner.has(found.url));
  const urls = report.urls.filter(isMine);
  const mine = sightings(report).filter((indicator) => places.around(indicator) === original);
  const inHeader = mine.filter(isHeader).map((indicator) => withoutOwnPart(indicator, part));
  const senders = inHeader.filter(({ role }) => role === 'from');
  const attachments = report.attachments.filter((file) => places.aroundFile(file) === original);
  return {
    ...headerOf(original, report, urls),
    ...(senders.length === 0 ? {} : { fromAddresses: senders.map(({ value }) => value) }),
    urls,
    // The archive that held the mail itself is none of its files.
    attachments: attachments.map((file) => (isWithin(file.from, part) ? file : withoutArchive(file))),
    indicators: inOrder(inHeader, urls, mine),
    ...inBody(report, (part) => places.around({ part }) === original),
    originals: (report.originals ?? []).filter(
      (quoted) => quoted.how === 'inline' && places.around(quoted) === original,
    ),
  };
}

function ofInline(
  original: OriginalMail,
  report: Extraction,
  places: Places,
  attachments: readonly AttachmentInfo[],
): Extraction {
  const own = new Set(original.urls);
  const inFiles = ({ part }: FoundUrl) => attachments.some((file) => isWithin(part, file.part));
  const urls = report.urls.filter((found) => own.has(found.url) || inFiles(found));
  const inText = sightings(report).filter((indicator) => indicator.part !== undefined && places.isBeside(indicator));
  const matches = inBody(report, (part) => part !== '' && places.isBeside({ part }));
  return {
    ...headerOf(original, report, urls),
    urls,
    attachments,
    indicators: inOrder([], urls, inText),
    ...matches,
    originals: [],
  };
}

function headerOf(
  { from, to, subject, messageId, dateMs, headers }: OriginalMail,
  { extractorVersion, findings }: Extraction,
  urls: readonly FoundUrl[],
) {
  return {
    extractorVersion,
    subject,
    from: from ?? '',
    to: to ?? '',
    fromAddresses: findMailAddresses(from ?? ''),
    toAddresses: findMailAddresses(to ?? ''),
    messageId,
    dateMs,
    // What the own host says of the report says nothing of the mails in it, and theirs anybody can have written.
    authentication: [],
    ...(headers === undefined ? {} : { headers }),
    findings: findingsOf(findings, urls),
  };
}

/** What is said of a link is said of the mail that it stands in. */
function findingsOf(findings: readonly Finding[], urls: readonly FoundUrl[]): readonly Finding[] {
  const deceives = urls.some(({ flags = [] }) => flags.includes('displayMismatch'));
  return deceives ? findings : findings.filter(({ code }) => code !== 'link-text-mismatch');
}

/** What expressions of the configuration match in its texts. `part` is '' where it is not known. */
function inBody(report: Extraction, isMine: (part: string) => boolean): Pick<Extraction, 'inBody'> {
  const mine = (report.inBody ?? []).filter(({ part = '' }) => isMine(part));
  return mine.length === 0 ? {} : { inBody: mine };
}

/** Of every place, not only the first. */
function sightings({ indicators = [], again = [] }: Extraction): readonly Indicator[] {
  return [...indicators, ...again];
}

/** As a mail gives them: of its header, its URLs, its texts. Which hosts there are is known best by the URLs. */
function inOrder(
  inHeader: readonly Indicator[],
  urls: readonly FoundUrl[],
  inTexts: readonly Indicator[],
): readonly Indicator[] {
  const list = new IndicatorList();
  for (const indicator of inHeader) list.add(indicator);
  addUrlHosts(urls, list);
  for (const indicator of inTexts) if (indicator.role === 'body') list.add(indicator);
  return list.indicators;
}

/** Not by their number alone: another release of the extractor may find one more, and each must stay what it is. */
function keysOf(extractorVersion: string, originals: readonly OriginalMail[]): readonly string[] {
  const counts = new Map<string, number>();
  return originals.map(({ how, part = null, from, subject, messageId, date }) => {
    const key = JSON.stringify([extractorVersion, how, part, from, subject, messageId, date]);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return `${key} ${count}`;
  });
}

/** Whether the attached mail is that file, and does not lie deeper in it. */
function isFileOf({ part }: AttachmentInfo, original: OriginalMail): boolean {
  if (part === undefined || original.part === undefined) return false;
  if (original.part === part || original.part === `${part}!`) return true;
  const name = original.part.startsWith(`${part}/`) ? original.part.slice(part.length + 1) : '';
  return name.endsWith('!') && name.indexOf('!') === name.length - 1;
}

function isHeader({ role }: Indicator): boolean {
  return role !== 'url' && role !== 'body';
}

/** The header of a mail has no part. */
function withoutOwnPart(indicator: Indicator, own: string | undefined): Indicator {
  if (indicator.part !== own) return indicator;
  const { part: _, ...rest } = indicator;
  return rest;
}

function withoutArchive({ from: _, ...file }: AttachmentInfo): AttachmentInfo {
  return file;
}
