import { firstHeader, type HeaderField, type ParameterisedValue, parseParameterised, skipComments } from './headers.js';

/** What the header of a part says it is. */
export interface PartDescription {
  readonly kind: 'multipart' | 'message' | 'text' | 'html' | 'attachment';
  /** In lower case. */
  readonly contentType: string;
  /** Content-Transfer-Encoding in lower case, `uuencode` for all of its names; '' where there is none. */
  readonly encoding: string;
  readonly charset: string | null;
  readonly boundary: string | null;
  /** format=flowed with DelSp=yes (RFC 3676 §4.1): the blank before a soft line break is not part of the text. */
  readonly deleteSpace: boolean;
  /** What relative links in it start from (RFC 2110 §4.2, RFC 2557 §4.2); null where no header says so. */
  readonly base: string | null;
  /** Where the content is that the message only points to (RFC 2017). */
  readonly externalUrl: string | null;
}

const htmlTypes: ReadonlySet<string> = new Set([
  'text/html',
  'text/x-amp-html',
  'text/watch-html',
  'application/xhtml+xml',
]);
const textTypes: ReadonlySet<string> = new Set([
  '',
  'text',
  'text/plain',
  'text/enriched',
  'text/richtext',
  'text/rfc822-headers',
  'message/delivery-status',
]);
const messageTypes: ReadonlySet<string> = new Set(['message/rfc822', 'message/global']);

/** Names that programs have for uuencode. */
const uuEncodings: ReadonlySet<string> = new Set(['uuencode', 'x-uuencode', 'uue', 'x-uue']);

/**
 * What a part is. Where its header says so more than once, and not the same, programs differ in what counts: then all
 * that it may be, the first of each field first.
 * @param defaultType where the part names none: text/plain, or message/rfc822 in a digest (RFC 2046 §5.1.5)
 * @param root the part is the whole message: mail programs show its text whatever its disposition
 */
export function describePart(
  fields: readonly HeaderField[],
  defaultType: string,
  root: boolean,
): readonly [PartDescription, ...PartDescription[]] {
  const content = fields.filter(({ name }) => name.startsWith('content-'));
  const [encoding, lastEncoding] = firstAndLast(content, 'content-transfer-encoding');
  const [written, lastWritten] = firstAndLast(content, 'content-type');
  const disposition = parseParameterised(firstHeader(content, 'content-disposition') ?? '').value;
  const shown = root || disposition === '' || disposition === 'inline';
  const base = baseOf(content);
  const first = parseParameterised(written ?? defaultType);
  const usual = describe(first, encodingName(encoding ?? ''), shown, base);
  if (lastEncoding === encoding && lastWritten === written && !first.repeated) return [usual];
  const others: PartDescription[] = [];
  for (const type of [first, parseParameterised(lastWritten ?? defaultType, 'last')]) {
    for (const one of new Set([encoding, lastEncoding])) {
      const other = describe(type, encodingName(one ?? ''), shown, base);
      if (![usual, ...others].some((known) => isReadAlike(known, other))) others.push(other);
    }
  }
  return [usual, ...others];
}

/** Whether both give the same part. What a file is told from its content. */
export function isReadAlike(one: PartDescription, other: PartDescription): boolean {
  if (one.kind !== other.kind || one.encoding !== other.encoding) return false;
  return one.kind === 'attachment' || (one.charset === other.charset && one.boundary === other.boundary);
}

/** In a way that is undone. */
export function isEncoded({ encoding }: PartDescription): boolean {
  return encoding === 'base64' || encoding === 'quoted-printable' || encoding === 'uuencode';
}

function firstAndLast(fields: readonly HeaderField[], name: string): readonly (string | undefined)[] {
  return [firstHeader(fields, name), fields.findLast((field) => field.name === name)?.value];
}

function describe(type: ParameterisedValue, encoding: string, shown: boolean, base: string | null): PartDescription {
  const boundary = type.parameters.get('boundary')?.trimEnd() ?? '';
  return {
    kind: isWholePartial(type) ? 'message' : kindOf(type.value, shown),
    contentType: type.value,
    encoding,
    charset: type.parameters.get('charset') ?? null,
    boundary: boundary === '' ? null : boundary,
    deleteSpace: type.parameters.get('delsp')?.toLowerCase() === 'yes',
    base,
    externalUrl: type.value === 'message/external-body' ? (type.parameters.get('url') ?? null) : null,
  };
}

/** The only piece of a message in pieces (RFC 2046 §5.2.2.2) is the message. */
function isWholePartial({ value, parameters }: ParameterisedValue): boolean {
  return value === 'message/partial' && /^0*1$/.test(parameters.get('total')?.trim() ?? '');
}

function encodingName(field: string): string {
  const name = /[a-z0-9-]*/iy;
  name.lastIndex = skipComments(field, 0);
  const encoding = name.exec(field)?.[0].toLowerCase() ?? '';
  return uuEncodings.has(encoding) ? 'uuencode' : encoding;
}

/** Content-Base, of programs older than RFC 2557, or Content-Location where it is absolute. */
function baseOf(fields: readonly HeaderField[]): string | null {
  for (const name of ['content-base', 'content-location']) {
    const value = firstHeader(fields, name)?.replaceAll(/[\s<>"]/g, '') ?? '';
    if (/^https?:/i.test(value)) return value;
  }
  return null;
}

function kindOf(contentType: string, shown: boolean): PartDescription['kind'] {
  if (contentType.startsWith('multipart/')) return 'multipart';
  if (messageTypes.has(contentType)) return 'message';
  if (shown && htmlTypes.has(contentType)) return 'html';
  if (shown && textTypes.has(contentType)) return 'text';
  return 'attachment';
}
