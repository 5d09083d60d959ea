import type { FoundHeader } from '../indicators/types.js';
import { decodeHeaders } from './decode-headers.js';
import { isForwardMarker, type QuotedField, quotedField } from './forward-labels.js';
import { firstHeader, type HeaderField } from './headers.js';
import { parseMailDate } from './parse-date.js';

/** A mail that a report carries. */
export interface OriginalMail {
  /** `attached`: as message/rfc822, whole. `inline`: its header was copied into the text, by a mail program or a person. */
  readonly how: 'attached' | 'inline';
  /** The part that it is, or stands in. */
  readonly part?: string;
  /** Sender and subject as people see them; null where there is none. */
  readonly from: string | null;
  /** Absent from records of earlier releases. */
  readonly to?: string | null;
  readonly subject: string | null;
  /** As sent, with angle brackets. Mail programs leave it out of inline forwards. */
  readonly messageId: string | null;
  /** As it stands there: inline ones are in the language of whoever forwarded. */
  readonly date: string | null;
  /** Unix milliseconds; null where the date does not parse. */
  readonly dateMs: number | null;
  /** As of the extraction: of an attached mail only. */
  readonly headers?: readonly FoundHeader[];
  /** URLs of this mail, as in the `urls` of the extraction. */
  readonly urls: readonly string[];
}

/** An inline original and where in the text it stands. */
export interface InlineOriginal {
  readonly from: string | null;
  readonly to: string | null;
  readonly subject: string | null;
  readonly messageId: string | null;
  readonly date: string | null;
  /** Offsets in the text: of its first header line, and of its end, where the next one begins or the text ends. */
  readonly start: number;
  readonly end: number;
}

const maxOriginals = 20;
const maxValueChars = 1000;
const maxBlockLines = 20;
const maxBlankLines = 2;

/** @param headers those of the attached message itself. Never throws. */
export function attachedOriginal(headers: readonly HeaderField[]): Omit<OriginalMail, 'part' | 'urls'> {
  const date = firstHeader(headers, 'date')?.slice(0, maxValueChars) || null;
  const { subject, from, to } = decodeLeniently(headers);
  return {
    how: 'attached',
    from: from || null,
    to: to.slice(0, maxValueChars) || null,
    subject,
    messageId: firstHeader(headers, 'message-id')?.slice(0, maxValueChars) || null,
    date,
    dateMs: parseMailDate(date ?? ''),
  };
}

function decodeLeniently(headers: readonly HeaderField[]): { subject: string | null; from: string; to: string } {
  try {
    const { subject, from, to } = decodeHeaders(headers);
    return { subject, from: from.text, to: to.text };
  } catch {
    const raw = (name: 'from' | 'to') => firstHeader(headers, name) ?? '';
    return { subject: firstHeader(headers, 'subject') ?? null, from: raw('from'), to: raw('to') };
  }
}

const subjectLabel = /(?:^|\n)[>\s*_|]{0,20}(?:subject|betreff|objet|sujet|asunto|件名|題名)[*_\s\u00a0]{0,4}[:：]/i;

/** Nearly all mail has none: no line of it need be looked at. */
export function mayHoldOriginals(text: string): boolean {
  return subjectLabel.test(text);
}

interface Line {
  /** Without quote marks and blanks at both ends. */
  readonly text: string;
  readonly start: number;
}

/**
 * The mails that were forwarded or quoted in running text, in order of appearance: after a line that says so a header of
 * two fields is enough; without one it has to be what Outlook writes, sender first, with subject and date or recipient.
 * Linear in the text.
 */
export function findInlineOriginals(text: string): readonly InlineOriginal[] {
  if (!mayHoldOriginals(text)) return [];
  const lines = [...linesOf(text)];
  const found: Omit<InlineOriginal, 'end'>[] = [];
  let index = 0;
  while (index < lines.length && found.length < maxOriginals) {
    const line = lines[index];
    const marked = line !== undefined && isForwardMarker(line.text);
    const first = marked ? afterBlanks(lines, index + 1) : index;
    const block = readBlock(lines, first);
    if (block === undefined || !isOriginal(block.fields, marked)) {
      index += 1;
      continue;
    }
    const { fields } = block;
    found.push({
      from: fields.get('from') || null,
      to: fields.get('to') || null,
      subject: fields.get('subject') ?? null,
      messageId: fields.get('messageId') || null,
      date: fields.get('sent') || null,
      start: lines[first]?.start ?? 0,
    });
    index = block.next;
  }
  return found.map((original, at) => ({ ...original, end: found[at + 1]?.start ?? text.length }));
}

function isOriginal(fields: ReadonlyMap<QuotedField, string>, marked: boolean): boolean {
  if (!fields.has('from') && !(marked && fields.has('subject'))) return false;
  if (marked) return fields.size >= 2;
  return fields.has('subject') && (fields.has('sent') || fields.has('to'));
}

/** The header block that starts at this line, field by field; undefined where none does. */
function readBlock(
  lines: readonly Line[],
  first: number,
): { readonly fields: ReadonlyMap<QuotedField, string>; readonly next: number } | undefined {
  const fields = new Map<QuotedField, string>();
  let next = first;
  let blanks = 0;
  let last: QuotedField | undefined;
  for (let at = first; at < lines.length && at < first + maxBlockLines; at++) {
    const text = lines[at]?.text ?? '';
    const found = quotedField(text);
    if (found !== undefined) {
      // A second sender is the next mail.
      if (fields.has(found.field)) break;
      fields.set(found.field, found.value.slice(0, maxValueChars));
      last = found.field;
      blanks = 0;
      next = at + 1;
    } else if (fields.size === 0) return undefined;
    else if (text === '') {
      blanks += 1;
      // HTML puts blank lines between fields; after the subject they end the header.
      if (blanks > 1) break;
    } else if (last !== undefined && blanks === 0 && (last === 'to' || last === 'cc' || fields.get(last) === '')) {
      // A long list of recipients goes on; a value may stand on the line after its label.
      if (fields.get(last) === '') fields.set(last, text.slice(0, maxValueChars));
      next = at + 1;
    } else break;
  }
  return fields.size === 0 ? undefined : { fields, next };
}

function afterBlanks(lines: readonly Line[], from: number): number {
  let index = from;
  while (index < from + maxBlankLines && lines[index]?.text === '') index += 1;
  return index;
}

/** Without `> ` of replies. */
function* linesOf(text: string): Generator<Line> {
  let start = 0;
  while (start <= text.length) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed < 0 ? text.length : lineFeed;
    let from = start;
    while (from < end && '> |\t\u00a0'.includes(text.charAt(from))) from += 1;
    yield { text: text.slice(from, Math.min(end, from + 2 * maxValueChars)).trim(), start };
    start = end + 1;
  }
}
