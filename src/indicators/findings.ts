import type { Finding } from './types.js';

/** What can be said of how a mail was read. Codes are stable: alerts and documentation name them. */
const texts = {
  'size-cut': 'The mail is larger than the limit; only its beginning was read.',
  'depth-cut': 'MIME parts are nested deeper than the limit; what lies deeper was searched undecoded.',
  'parts-cut': 'The mail has more MIME parts than the limit; the rest was searched undecoded.',
  'header-cut': 'The header is longer than the limit; long fields were cut or passed over.',
  'text-cut': 'The mail has more text than the limit; only its beginning was searched.',
  'urls-cut': 'The mail has more URLs than the limit; only the first are listed.',
  'url-cut': 'A URL is longer than the limit; only its beginning is listed.',
  'time-cut': 'Reading the mail took longer than the limit; only its beginning was searched, in a simple way.',
  'memory-cut': 'Reading the mail took more memory than the limit; only its beginning was searched, in a simple way.',
  'parser-failed': 'The mail could not be parsed in full; it was searched in a simple way.',
  'no-body': 'The mail has a body in which no part could be made out; it was searched undecoded.',
  'charset-unknown': 'A text is in an unknown character set; what is not ASCII in it may be wrong.',
  'boundary-guessed': 'The MIME structure is broken; part boundaries were guessed.',
} as const;

export type FindingCode = keyof typeof texts;

export function finding(code: FindingCode): Finding {
  return { code, text: texts[code] };
}
