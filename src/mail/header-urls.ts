import { addTextUrls } from '../indicators/text-urls.js';
import type { UrlList } from '../indicators/url-list.js';
import { decodeWords } from './decode-addresses.js';
import { decodeField } from './decode-headers.js';
import type { HeaderField } from './headers.js';

/** A mail has one of each; some have several. */
const maxFields = 10;
const inAngles = /<([^<>]{1,16384})>/g;

/**
 * URLs of a message's own header: those of its Subject, and those to unsubscribe (List-Unsubscribe, RFC 2369 §3.2).
 * @param part of an attached message; undefined for the mail itself
 */
export function addHeaderUrls(fields: readonly HeaderField[], part: string | undefined, list: UrlList): void {
  for (const value of values(fields, 'subject')) addTextUrls(value, list, { part, kind: 'header' });
  for (const value of values(fields, 'list-unsubscribe')) {
    // RFC 2369 §2: blanks within the brackets come from folding.
    for (const [, inside = ''] of value.matchAll(inAngles))
      list.add(inside.replaceAll(/\s+/g, ''), { part, kind: 'unsubscribe' });
    if (!value.includes('<')) addTextUrls(value, list, { part, kind: 'unsubscribe' });
  }
}

function values(fields: readonly HeaderField[], name: string): readonly string[] {
  const found = fields.filter((field) => field.name === name).slice(0, maxFields);
  return found.map(({ value }) => decodeWords(decodeField(value, fields)));
}
