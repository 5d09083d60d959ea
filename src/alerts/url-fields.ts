import type { AttachmentInfo, FoundUrl } from '../indicators/types.js';
import { isWithin } from '../mail/is-within.js';
import { wellFormed } from '../text/well-formed.js';
import { column } from './columns.js';
import type { AlertEvent } from './types.js';

/** Of the path of a part: files within files have long ones, and may be full of URLs. */
const partChars = 200;
/** Of a URL as it was written: the links of protection services take up to that much. */
const originalChars = 1_000;

/**
 * What is known of the URLs in `found_url`, in the same order and number: what kind each is of and, only where one has
 * it, flags, the protection services around it, the text of its link, how it was written, and the attached file or mail
 * it stands in.
 * @param attachments of the same mail; they tell which part is no body of its own
 */
export function urlFields(urls: readonly FoundUrl[], attachments: readonly AttachmentInfo[]): AlertEvent {
  if (urls.length === 0) return {};
  const of = (field: string, value: (url: FoundUrl) => string) => column(field, urls.map(value));
  return {
    ...of('found_url_kind', ({ kind }) => kind),
    ...of('found_url_flags', ({ flags = [] }) => flags.join('|')),
    ...of('found_url_wrapper', ({ wrappers = [] }) => wrappers.join('|')),
    ...of('found_url_shown', ({ shown = '' }) => shown),
    ...of('found_url_original', ({ original = '' }) => written(original)),
    ...(isAnyAttached(urls, attachments)
      ? of('found_url_part', ({ part = '' }) => wellFormed(part.slice(0, partChars)))
      : {}),
  };
}

/** Without what would break a line or turn it around: the sender chose it. */
function written(original: string): string {
  return wellFormed(original.slice(0, originalChars)).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
}

function isAnyAttached(urls: readonly FoundUrl[], attachments: readonly AttachmentInfo[]): boolean {
  if (attachments.length === 0) return false;
  const parts = new Set(urls.map(({ part }) => part));
  return [...parts].some((part) => attachments.some((file) => isWithin(part, file.part)));
}
