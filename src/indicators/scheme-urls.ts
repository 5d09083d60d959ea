export interface UrlSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * URLs that are written with their scheme. Linear: every character is looked at once.
 *
 * @param otherColons gets where `://` stands behind something else
 */
export function* schemeUrls(text: string, otherColons?: number[]): Generator<UrlSpan> {
  let from = 0;
  for (let colon = text.indexOf('://'); colon >= 0; colon = text.indexOf('://', from)) {
    const bodyStart = colon + 3;
    const start = schemeStart(text, from, colon);
    const end = start < 0 ? bodyStart : urlEnd(text, bodyStart);
    if (end > bodyStart) yield { start, end };
    else if (otherColons !== undefined && start < 0) otherColons.push(colon);
    from = end;
  }
}

/** Where the scheme that ends at the colon starts, not before `from`; -1 where it is none that is wanted. */
function schemeStart(text: string, from: number, colon: number): number {
  const scheme = /(?:https?|ftp)$/i.exec(text.slice(Math.max(from, colon - 5), colon))?.[0];
  return scheme === undefined ? -1 : colon - scheme.length;
}

const open = { parenthesis: 0x28, bracket: 0x5b, brace: 0x7b };
const close = { parenthesis: 0x29, bracket: 0x5d, brace: 0x7d };
/** What ends a sentence or emphasis rather than belongs to a URL. */
const trailing = ".,;:!?'*";

/**
 * Where a URL in running text ends: at a blank, a quote, an angle bracket, a bracket that it did not open, or
 * punctuation of Chinese and Japanese text; without punctuation that ends the sentence.
 */
export function urlEnd(text: string, start: number): number {
  const depth = { parenthesis: 0, bracket: 0, brace: 0 };
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (endsUrl(code)) break;
    if (code === open.parenthesis) depth.parenthesis += 1;
    else if (code === open.bracket) depth.bracket += 1;
    else if (code === open.brace) depth.brace += 1;
    else if (code === close.parenthesis && --depth.parenthesis < 0) break;
    else if (code === close.bracket && --depth.bracket < 0) break;
    else if (code === close.brace && --depth.brace < 0) break;
  }
  return trimmedEnd(text, start, end);
}

/** Entities that were not decoded, and the genitive of a host. */
const noPart = /(?:&(?:nbsp|gt|lt|quot|amp);?|'s)$/i;

function trimmedEnd(text: string, start: number, untilNow: number): number {
  let end = untilNow;
  for (;;) {
    while (end > start && trailing.includes(text.charAt(end - 1))) end--;
    const tail = noPart.exec(text.slice(Math.max(start, end - 8), end))?.[0] ?? '';
    const isPart = tail === "'s" && text.slice(start, end).includes('/');
    if (tail !== '' && !isPart) end -= tail.length;
    else if (text.slice(Math.max(start, end - 3), end) === '___') {
      // A line that something was to be written on.
      while (end > start && text.charAt(end - 1) === '_') end--;
    } else return end;
  }
}

function endsUrl(code: number): boolean {
  if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x60) return true;
  if (code < 0x7f) return false;
  return (
    code <= 0xa0 ||
    code === 0xab ||
    code === 0xbb ||
    (code >= 0x2000 && code <= 0x200a) ||
    (code >= 0x2018 && code <= 0x201f) ||
    code === 0x2026 ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x3000 && code <= 0x3002) ||
    (code >= 0x3008 && code <= 0x301b) ||
    code === 0xff08 ||
    code === 0xff09 ||
    code === 0xff0c ||
    code === 0xff1c ||
    code === 0xff1e ||
    code === 0xff5c ||
    code === 0xfffd
  );
}
