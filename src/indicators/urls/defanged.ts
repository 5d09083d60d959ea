import { urlEnd } from '../scheme-urls.js';
import { isBareUrl } from './bare-host.js';
import { parseUrl } from './normalise-url.js';
import { spacedHostAt } from './spaced-host.js';

export interface DefangedUrl {
  readonly start: number;
  readonly end: number;
  /** As it would be written to be clicked, with a scheme. */
  readonly url: string;
}

/** `hxxp`, `hXXps`, `h**p`, `htxp`, `fxp`; case does not matter. */
const mangledScheme = String.raw`h(?:xx|tx|xt|\*\*|__)ps?|fxp`;
/** `[.]`, `(dot)`, `{ . }`, `[,]`; blanks around as people write them. */
const bracketDot = String.raw`[ \t]?[[({<][ \t]?(?:\.|dot|,)[ \t]?[\])}>][ \t]?`;
/** One of these stands in every defanged URL. */
const sign = new RegExp(
  String.raw`\b(?:${mangledScheme})[ \t]?[:[({<]|[[({<][ \t]?(?:\.|dot\b\b|,[ \t]?[\])}>]|:)|\\\.|[ \t]dot[ \t]`,
  'gi',
);
const schemePart = new RegExp(
  String.raw`(${mangledScheme}|https?|ftp)[ \t]?(?:[[({<][ \t]?:[ \t]?(?:[\])}>][ \t]?[\\/]{2}|[\\/]{2}[ \t]?[\])}>])|:[ \t]?[\\/]{2}|:[ \t]?[[({<][\\/]{2}[\])}>])[ \t]?`,
  'iy',
);
const dotPart = new RegExp(String.raw`${bracketDot}|\\?\.`, 'iy');
const wordDotPart = /[ \t]dot[ \t]/iy;
const mailBefore = /(?:@|[[({<][ \t]?(?:@|at)[ \t]?[\])}>])[ \t]?$/i;

/** How far before its first sign a URL may start, and how much of it is undone. */
const maxBefore = 300;
const maxUrl = 8192;

/**
 * URLs that someone made harmless to click: `hxxps://evil[.]example/x`, `evil (dot) example`. Linear: each sign is
 * looked at once, and what was read is not read again.
 */
export function defangedUrls(text: string): DefangedUrl[] {
  const found: DefangedUrl[] = [];
  let from = 0;
  sign.lastIndex = 0;
  for (let match = sign.exec(text); match !== null; match = sign.exec(text)) {
    const atScheme = /^\w|^h\*/.test(match[0]);
    const start = atScheme ? match.index : startOf(text, match.index, from);
    const read = readDefanged(text, start);
    from = Math.max(match.index + match[0].length, read.end);
    if (read.defanged && !mailBefore.test(text.slice(Math.max(0, start - 8), start))) {
      const accepted = accept(read, text, start);
      if (accepted !== null) {
        found.push(accepted);
        from = Math.max(match.index + 1, accepted.end);
      }
    }
    sign.lastIndex = from;
  }
  return found;
}

/** A dot that is no host's, but may be a defanged one's: in brackets or behind a backslash. */
export function isOddDot(text: string, dot: number): boolean {
  const before = text.charCodeAt(dot - 1);
  return isOpening(before) || before === 0x5c || (isBlank(before) && isOpening(text.charCodeAt(dot - 2)));
}

/** A `://` behind something that is no scheme, or in brackets. */
export function isOddColon(text: string, colon: number): boolean {
  return isOpening(text.charCodeAt(colon - 1)) || mangledEnd.test(text.slice(Math.max(0, colon - 6), colon));
}

const mangledEnd = new RegExp(String.raw`(?:${mangledScheme})[ \t]?$`, 'i');

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x28 || code === 0x7b || code === 0x3c;
}

/** The sign may be in the middle: the start is where the word before it starts. */
function startOf(text: string, sign: number, from: number): number {
  const lowest = Math.max(from, sign - maxBefore);
  let start = sign;
  if (start > lowest && isBlank(text.charCodeAt(start - 1))) start--;
  while (start > lowest && isUrlCode(text.charCodeAt(start - 1))) start--;
  // Not the blank alone.
  while (start < sign && isBlank(text.charCodeAt(start))) start++;
  return start;
}

interface Read {
  /** Without scheme. */
  readonly body: string;
  readonly scheme: string | null;
  readonly end: number;
  readonly defanged: boolean;
}

function readDefanged(text: string, start: number): Read {
  let at = start;
  let defanged = false;
  let body = '';
  let scheme: string | null = null;
  const opening = matchAt(schemePart, text, at);
  if (opening !== null) {
    const name = (opening[1] ?? '').toLowerCase();
    scheme = name.startsWith('f') ? 'ftp' : name.endsWith('s') ? 'https' : 'http';
    at += opening[0].length;
    defanged = !/^(?:https?|ftp):\/\/$/i.test(opening[0]);
  }
  const spaced = defanged ? spacedHostAt(text, at) : null;
  if (spaced !== null) {
    body = spaced.host;
    at = spaced.end;
  }
  const wordDots = scheme !== null || /^www/i.test(text.slice(at, at + 3));
  let inHost = true;
  const last = Math.min(text.length, start + maxUrl);
  while (at < last) {
    const code = text.charCodeAt(at);
    const dot =
      mayBeDot(code) && (matchAt(dotPart, text, at) ?? (wordDots && inHost ? matchAt(wordDotPart, text, at) : null));
    // In a path only brackets count: blanks around them belong to the text.
    if (dot && (inHost || /^[[({<].*[\])}>]$/.test(dot[0]) || dot[0] === '.')) {
      if (dot[0] !== '.') defanged = true;
      body += '.';
      at += dot[0].length;
    } else if (isUrlCode(code) || (!inHost && code > 0x20 && code !== 0x3c && code !== 0x3e && code !== 0x22)) {
      if (code === 0x2f || code === 0x3f || code === 0x23) inHost = false;
      body += text[at];
      at++;
    } else if (inHost && code === 0x5b) {
      const port = /\[:\](?=\d)/y;
      const colon = matchAt(port, text, at);
      if (colon === null) break;
      body += ':';
      at += 3;
    } else break;
  }
  return { body, scheme, end: at, defanged };
}

function accept({ body, scheme, end }: Read, text: string, start: number): DefangedUrl | null {
  const trimmed = body.slice(0, urlEnd(body, 0));
  const cut = body.length - trimmed.length;
  const sourceEnd = cut === 0 ? end : Math.max(start, end - cut);
  if (scheme === null) {
    const bare = trimmed.replace(/^[^\p{L}\p{N}]+/u, '');
    if (/^[^/?#]*@/.test(bare) || !isBareUrl(bare)) return null;
    const from = start + (trimmed.length - bare.length);
    return { start: from, end: trimEnd(text, from, sourceEnd), url: `http://${bare}` };
  }
  const url = parseUrl(`${scheme}://${trimmed}`);
  if (url === null || !/[.:]/.test(url.hostname)) return null;
  return { start, end: trimEnd(text, start, sourceEnd), url: `${scheme}://${trimmed}` };
}

function trimEnd(text: string, start: number, end: number): number {
  let to = end;
  while (to > start && isBlank(text.charCodeAt(to - 1))) to--;
  return to;
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function mayBeDot(code: number): boolean {
  return (
    code === 0x2e || code === 0x5c || code === 0x5b || code === 0x28 || code === 0x7b || code === 0x3c || isBlank(code)
  );
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Letters of any script, digits and what stands in a URL without ending it. */
function isUrlCode(code: number): boolean {
  if (code >= 0x80) return code > 0xa0 && !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x301b);
  const letter = code | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39)) return true;
  return code !== 0x20 && '-_.~:/?#@!$&*+=%'.includes(String.fromCharCode(code));
}
