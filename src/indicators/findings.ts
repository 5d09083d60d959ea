import type { Finding } from './types.js';

/** What can be said of how a mail was read. Codes are stable: alerts and documentation name them. */
const texts = {
  'size-cut': 'The mail is larger than the limit; only its beginning was read.',
  'depth-cut': 'MIME parts are nested deeper than the limit; what lies deeper was searched undecoded.',
  'parts-cut': 'The mail has more MIME parts than the limit; the rest was searched undecoded.',
  'header-cut': 'The header is longer than the limit; long fields were cut or passed over.',
  'text-cut': 'The mail has more text than the limit; only its beginning was searched.',
  'fields-cut': 'Not all of the text was searched for fields of the configuration, or more was found than is told.',
  'urls-cut': 'The mail has more URLs than the limit; only the first are listed.',
  'url-cut': 'A URL is longer than the limit; only its beginning is listed.',
  'attachment-too-large': 'An attachment is larger than the limit; only its beginning was looked into.',
  'attachment-unreadable': 'An attachment is damaged or incomplete; what could be read of it was searched.',
  'attachments-cut':
    'Looking into the attachments took more time or memory than the limit, or they are the same bytes many times; not all of them were searched.',
  'archive-cut':
    'An archive holds more files, bytes or archives in archives than the limit; the rest was not searched.',
  'archive-encrypted': 'An archive needs a password; the files in it could not be searched.',
  'archive-unopened': 'An archive is packed in a way that is not opened here; the files in it were not searched.',
  'pdf-cut': 'A PDF has more pages or data than the limit; the text of the rest was not searched.',
  'images-cut':
    'The mail has more images, or larger ones, than the limit; codes (QR and others) were not sought in all of them.',
  'image-too-large': 'An image is larger than the limit; codes (QR and others) were not sought in it.',
  'image-unread':
    'An image is damaged or of a format that is not decoded here; codes (QR and others) were not sought in it.',
  'pdf-encrypted': 'A PDF needs a password; it could not be searched.',
  'office-cut': 'An Office document has more files or data than the limit; the rest was not searched.',
  'office-encrypted': 'An Office document needs a password; it, or parts of it, could not be searched.',
  'office-macro': 'An Office document holds macros or commands that it can run.',
  'office-object': 'An Office document holds another file within it.',
  'office-remote': 'An Office document loads something from elsewhere when it is opened.',
  'file-cut': 'An attachment has more parts or data than the limit; the rest was not searched.',
  'encoding-unread':
    'A part is encoded in a way that is not undone here (BinHex, yEnc); what is in it was not searched.',
  'message-partial':
    'The mail is one piece of a message that was sent in several (message/partial); what they give together was not searched.',
  'message-encrypted': 'The mail, or a part of it, is encrypted (S/MIME); it could not be searched.',
  'type-mismatch': 'What an attachment holds is not what its name promises.',
  'misleading-name': 'The name of an attachment hides what kind of file it is.',
  'indicators-cut':
    'The mail has more text or indicators than the limit; only the first of those that are no URLs are listed.',
  'originals-cut': 'The mail carries more forwarded mails than the limit; only the first are listed.',
  'hidden-original':
    'The mail holds the header of a forwarded mail that nobody sees who opens it; it was not taken for one.',
  'reply-to-mismatch':
    'Answers to the mail, or to one that it carries, go to another domain than it is from (Reply-To).',
  'return-path-mismatch':
    'The mail, or one that it carries, was sent in the name of another domain than it is from (Return-Path).',
  'display-name-mismatch':
    'The name of the sender shows another mail address than the mail, or one that it carries, is from.',
  'link-text-mismatch': 'The text of a link shows another host than the link opens.',
  'time-cut': 'Reading the mail took longer than the limit; it was read in a simpler way.',
  'memory-cut': 'Reading the mail took more memory than the limit; it was read in a simpler way.',
  'read-plainly':
    'Of the mail only the header, texts and links were searched; scripts, codes in pictures and attached files were not.',
  'read-simply': 'Only the first 256 kB of the mail were searched, and only for URLs with their scheme.',
  'not-read': 'No reading of the mail came to its end; nothing in it was searched.',
  'parser-failed': 'The mail could not be parsed in full; it was searched in a simple way.',
  'no-body': 'The mail has a body in which no part could be made out; it was searched undecoded.',
  'raw-scanned': 'Neither a body nor a part could be made out; the first 256 kB were searched for URLs as they are.',
  'charset-unknown': 'A text is in an unknown character set; what is not ASCII in it may be wrong.',
  'boundary-guessed': 'The MIME structure is broken; part boundaries were guessed.',
} as const;

export type FindingCode = keyof typeof texts;

export const findingCodes = Object.keys(texts) as readonly FindingCode[];

export function finding(code: FindingCode): Finding {
  return { code, text: texts[code] };
}
