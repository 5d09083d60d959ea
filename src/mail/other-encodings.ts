import { nameEnding } from './attachments/file-kind.js';

/** BinHex 4.0 (RFC 1741) and yEnc, which some programs undo, and which are not undone here. */
const types = /^application\/(?:x-)?(?:mac-)?(?:binhex(?:40)?|yenc)$/;
const endings: ReadonlySet<string> = new Set(['hqx', 'hcx', 'yenc', 'ync']);
const starts = /^(?:\(This file must be converted with BinHex|=ybegin (?:[a-z]+=\d+ ){1,4}name=)/m;

/** @param encoding Content-Transfer-Encoding in lower case */
export function isOtherEncoding(encoding: string): boolean {
  return /binhex|yenc/.test(encoding);
}

/** A file that is so encoded, by its name or declared type. */
export function isCalledOtherEncoding(file: {
  readonly fileName: string | null;
  readonly contentType: string;
}): boolean {
  return endings.has(nameEnding(file.fileName)) || types.test(file.contentType);
}

/** Whether a file that is so encoded begins in a text. */
export function holdsOtherEncoding(text: string): boolean {
  return (text.includes('=ybegin ') || text.includes('(This file must')) && starts.test(text);
}
