/**
 * What MISP would drop, mangle or answer 500 to, and how it is mended beforehand. Pure.
 * A rule that answers undefined says: MISP takes no such value, leave the attribute out.
 */

/** The size of MISP's columns (MariaDB TEXT). It drops an attribute with a longer value without a word. */
export const longestValueBytes = 65_535;

export interface CleanValue {
  readonly value: string;
  /** True: only the beginning of the value. */
  readonly cut: boolean;
}

/** Printable ASCII, which no rule here changes: what most values are. */
const plain = /^[\x20-\x7e]*$/;

/**
 * One line of text as MISP's three-byte utf8 columns can hold it. A character beyond U+FFFF becomes `\u{1F600}`:
 * in `info`, comments and tags it would answer 500, in values MISP would make it `?`.
 */
export function cleanText(text: string): string {
  return plain.test(text)
    ? text.trim()
    : storable(text)
        .replace(/[\p{Control}\u2028\u2029]+/gu, ' ')
        .trim();
}

/** The same for a text of many lines: a line break is `\n`. */
export function cleanLines(text: string): string {
  if (plain.test(text)) return text.trim();
  return storable(text)
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Control}\n\t]+/gu, ' ')
    .trim();
}

function storable(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\u{10000}-\u{10FFFF}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

/** At most so many bytes of UTF-8, whole characters; a cut text ends in `…`. */
export function cutText(text: string, maxBytes: number): CleanValue {
  if (Buffer.byteLength(text) <= maxBytes) return { value: text, cut: false };
  const ellipsis = '…';
  const bytes = Buffer.from(text).subarray(0, maxBytes - Buffer.byteLength(ellipsis));
  // A character cut in two decodes to U+FFFD at the end.
  const whole = bytes.toString('utf8').replace(/\uFFFD{1,3}$/, '');
  return { value: whole.trimEnd() + ellipsis, cut: true };
}

/** A subject, as long as MISP takes it. */
export function cleanSubject(subject: string): CleanValue | undefined {
  const text = cleanText(subject);
  return text === '' ? undefined : cutText(text, longestValueBytes);
}

/** A Message-ID. Half of one would identify nothing, so an overlong one is left out. */
export function cleanMessageId(messageId: string): CleanValue | undefined {
  const value = cleanText(messageId);
  return value === '' || Buffer.byteLength(value) > longestValueBytes ? undefined : { value, cut: false };
}

/**
 * The shape that MISP demands of the email types (AttributeValidationTool, `^.[^\s]*@.*\..*$`): a dot after the @, no
 * blank before it. Not by that expression, whose time is quadratic in the length of what a stranger sent.
 */
export function isMailAddress(text: string): boolean {
  const at = text.indexOf('@', 1);
  return at > 0 && text.lastIndexOf('.') > at && !/\s/.test(text.slice(1, at)) && !text.includes('\n');
}

/** A mail address in lower case, as MISP stores it. */
export function cleanMailAddress(address: string): CleanValue | undefined {
  const value = cleanText(address).toLowerCase();
  if (!isMailAddress(value) || Buffer.byteLength(value) > longestValueBytes) return undefined;
  return { value, cut: false };
}

/** A URL, as long as MISP takes it. */
export function cleanUrl(url: string): CleanValue | undefined {
  const value = urlText(url);
  return value === '' ? undefined : cutText(value, longestValueBytes);
}

/** A URL; characters beyond U+FFFF percent-encoded (RFC 3986 §2.5), which leaves it the same URL. */
export function urlText(url: string): string {
  if (plain.test(url)) return url.trim();
  return url
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\u{10000}-\u{10FFFF}]/gu, encodeURIComponent)
    .replace(/[\p{Control}\u2028\u2029]+/gu, '')
    .trim();
}
