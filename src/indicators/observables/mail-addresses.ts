import { hostNameOf, isMailHost } from './registrable-domain.js';

/** RFC 5321 §4.5.3.1 */
const maxLocalChars = 64;
const maxHostChars = 253;
/** `Message-ID: <…>`, `[cid:image001.png@01DB…]`: made by programs, nobody's address. */
const noAddressBefore = /(?:cid:|(?:message-id|in-reply-to|references)[:=]?[ \t]{0,3})<?$/i;
const beforeWindow = 24;

/** The mail addresses of a text, bare and in lower case, in order of appearance. Linear: each @ costs the same. */
export function findMailAddresses(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    const first = Math.max(from, at - maxLocalChars);
    while (start > first && isLocalCode(text.charCodeAt(start - 1))) start--;
    // Longer than any address is: a key, a token, a line of quoted-printable.
    const whole = start === first && start > from && isLocalCode(text.charCodeAt(start - 1));
    let end = at + 1;
    const last = Math.min(text.length, at + 1 + maxHostChars);
    while (end < last && isHostCode(text.charCodeAt(end))) end++;
    from = end;
    if (whole) continue;
    const address = addressOf(text.slice(start, at), text.slice(at + 1, end));
    if (address === undefined) continue;
    if (!noAddressBefore.test(text.slice(Math.max(0, start - beforeWindow), start))) found.push(address);
  }
  return found;
}

function addressOf(localText: string, hostText: string): string | undefined {
  // Punctuation around it, and what HTML or a sentence puts before it: 'a@b.example', *a@b.example*, to=a@b.example.
  const local = localText.replace(/^[.'*_`{|~^!?=/+&%#$-]+/, '').replace(/^.*[=/]/, '');
  const host = hostText.replace(/[.-]+$/, '');
  if (local === '' || local.endsWith('.') || local.includes('..')) return undefined;
  const name = hostNameOf(host);
  return name === undefined || !isMailHost(name) ? undefined : `${local}@${name.host}`.toLowerCase();
}

/** RFC 5322 §3.2.3, `atext` and the dot, and letters of any script (RFC 6531). */
function isLocalCode(code: number): boolean {
  if (isWordCode(code)) return true;
  if (code >= 0x80) return isLetter(code);
  return ".!#$%&'*+-/=?^_`{|}~".includes(String.fromCharCode(code));
}

function isHostCode(code: number): boolean {
  return isWordCode(code) || code === 0x2e || code === 0x2d || (code >= 0x80 && isLetter(code));
}

function isWordCode(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function isLetter(code: number): boolean {
  return /[\p{L}\p{M}]/u.test(String.fromCharCode(code));
}
