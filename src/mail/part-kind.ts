import { firstHeader, type HeaderField, parseParameterised } from './headers.js';

/** What the header of a part says it is. */
export interface PartDescription {
  readonly kind: 'multipart' | 'message' | 'text' | 'html' | 'attachment';
  /** In lower case. */
  readonly contentType: string;
  /** Content-Transfer-Encoding in lower case; '' where there is none. */
  readonly encoding: string;
  readonly charset: string | null;
  readonly boundary: string | null;
  /** format=flowed with DelSp=yes (RFC 3676 §4.1): the blank before a soft line break is not part of the text. */
  readonly deleteSpace: boolean;
}

const htmlTypes: ReadonlySet<string> = new Set(['text/html', 'text/x-amp-html', 'application/xhtml+xml']);
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

/**
 * @param defaultType where the part names none: text/plain, or message/rfc822 in a digest (RFC 2046 §5.1.5)
 * @param root the part is the whole message: mail programs show its text whatever its disposition
 */
export function describePart(fields: readonly HeaderField[], defaultType: string, root: boolean): PartDescription {
  const type = parseParameterised(firstHeader(fields, 'content-type') ?? defaultType);
  const disposition = parseParameterised(firstHeader(fields, 'content-disposition') ?? '').value;
  const encoding = /^[\s"]*([a-z0-9-]*)/i.exec(firstHeader(fields, 'content-transfer-encoding') ?? '')?.[1] ?? '';
  const boundary = type.parameters.get('boundary')?.trimEnd() ?? '';
  return {
    kind: kindOf(type.value, root || disposition === '' || disposition === 'inline'),
    contentType: type.value,
    encoding: encoding.toLowerCase(),
    charset: type.parameters.get('charset') ?? null,
    boundary: boundary === '' ? null : boundary,
    deleteSpace: type.parameters.get('delsp')?.toLowerCase() === 'yes',
  };
}

function kindOf(contentType: string, shown: boolean): PartDescription['kind'] {
  if (contentType.startsWith('multipart/')) return 'multipart';
  if (messageTypes.has(contentType)) return 'message';
  if (shown && htmlTypes.has(contentType)) return 'html';
  if (shown && textTypes.has(contentType)) return 'text';
  return 'attachment';
}
