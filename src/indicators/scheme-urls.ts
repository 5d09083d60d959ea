export interface UrlSpan {
  readonly start: number;
  readonly end: number;
}

/** URLs that are written with their scheme. Linear: every character is looked at once. */
export function* schemeUrls(text: string): Generator<UrlSpan> {
  const scheme = /(?:https?|ftp):\/\//gi;
  for (let match = scheme.exec(text); match !== null; match = scheme.exec(text)) {
    const bodyStart = match.index + match[0].length;
    const end = urlEnd(text, bodyStart);
    if (end > bodyStart) yield { start: match.index, end };
    scheme.lastIndex = Math.max(end, bodyStart);
  }
}

const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const trailing: ReadonlySet<string> = new Set(".,;:!?'*");

/**
 * Where a URL in running text ends: at a blank, a quote, an angle bracket, a bracket that it did not open, or
 * punctuation of Chinese and Japanese text; without punctuation that ends the sentence.
 */
export function urlEnd(text: string, start: number): number {
  const open: Record<string, number> = { '(': 0, '[': 0, '{': 0 };
  let end = start;
  for (; end < text.length; end++) {
    if (endsUrl(text.charCodeAt(end))) break;
    const character = text[end] as string;
    if (character in open) open[character] = (open[character] ?? 0) + 1;
    const opener = closers[character];
    if (opener === undefined) continue;
    const count = open[opener] ?? 0;
    if (count === 0) break;
    open[opener] = count - 1;
  }
  while (end > start && trailing.has(text[end - 1] as string)) end--;
  return end;
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
