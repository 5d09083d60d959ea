import { isInCode } from '../urls/in-code.js';
import { type HostName, hostNameOf } from './registrable-domain.js';

/** Endings of file names that are top-level domains too: `setup.py` and `invoice.zip` name files, not hosts. */
const fileEndings: ReadonlySet<string> = new Set(
  'ai app bat bz cab cc cfg cpl doc gz java lnk md mobi mov pl pub ps py rs scr sh so st swift tf zip'.split(' '),
);
const maxHostChars = 253;
const maxLabels = 10;

/**
 * Names of hosts as they stand in running text, without scheme and path. Only what ends in a public suffix, and neither
 * file names, nor pieces of paths and mail addresses, nor two sentences without a blank between. Linear: looks around
 * each dot, once.
 */
export function findHosts(text: string): HostName[] {
  const found: HostName[] = [];
  let from = 0;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(from, dot + 1))) {
    if (!isNameCode(text.charCodeAt(dot - 1)) || !isNameCode(text.charCodeAt(dot + 1))) continue;
    let start = dot;
    while (start > from && isNameCode(text.charCodeAt(start - 1))) start--;
    let end = dot + 1;
    while (end < text.length && isNameCode(text.charCodeAt(end))) end++;
    from = end;
    if (end - start > maxHostChars) continue;
    const before = text[start - 1] ?? ' ';
    const after = text[end] ?? ' ';
    if ('@/\\_=%&#$'.includes(before) || '@/\\_=(%$'.includes(after)) continue;
    if ((before === '(' || before === '>') && isInCode(text.slice(Math.max(0, start - 80), start))) continue;
    const name = host(
      text
        .slice(start, end)
        .replace(/^[.-]+/, '')
        .replace(/[.-]+$/, ''),
    );
    if (name !== undefined) found.push(name);
  }
  return found;
}

function host(word: string): HostName | undefined {
  const ending = word.slice(word.lastIndexOf('.') + 1);
  const www = /^www\d?\./i.test(word);
  if (!www && (fileEndings.has(ending.toLowerCase()) || /^\p{Lu}\p{Ll}/u.test(ending))) return undefined;
  // Text without blanks, and names that no registry has (RFC 1035 §2.3.4).
  if (!/\p{L}{2}/u.test(ending) || word.split('.', maxLabels + 1).length > maxLabels) return undefined;
  const name = hostNameOf(word);
  return name?.known === true ? name : undefined;
}

/** Letters and digits of any script, dots and dashes; false for NaN, beyond the text. */
function isNameCode(code: number): boolean {
  const letter = code | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d)
    return true;
  return code >= 0x80 && /[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(code));
}
