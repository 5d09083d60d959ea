import LinkifyIt from 'linkify-it';
import { schemeUrls, urlEnd } from './scheme-urls.js';
import type { Sighting, UrlList, UrlPlace } from './url-list.js';
import { isBareUrl } from './urls/bare-host.js';
import { defangedUrls, isOddColon, isOddDot } from './urls/defanged.js';
import { isInCode } from './urls/in-code.js';

/**
 * linkify-it finds hosts without a scheme. Its expressions are quadratic in the length of what they are given, and
 * exponential in the number of labels of a host (measured: 8 s for `xn--a.` repeated 27 times), so it only ever sees
 * one word at a time, at most this much of it, and no word with more labels than real hosts have.
 */
const wordWindow = 256;
const maxLabels = 8;
/** Words given to linkify-it for one call; more than any honest text of 16 MB has. */
const maxWords = 500_000;

/** Quicker than linkify-it: every top-level domain has two letters or more, so `3.14` and `e.g.` hold none. */
const mayHoldHost = /\.[a-z\u0080-\uffff]{2}|www/i;

/** Most words with a dot are one of these, and told far quicker than by linkify-it. */
const plainMail = /^[("'[]?(?:mailto:)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*[)"'\].,;:!?]{0,3}$/;
const plainHost = /^((?:[a-z\d]+\.){1,6}[a-z]{2,24})[.,;:!?]?$/i;

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: false });
// Any letters may be a top-level domain here; the public suffix list decides afterwards.
linkify.tlds(['[a-z\\u00a1-\\uffef]{2,24}']);

/** Adds the URLs of running text: with scheme, defanged, or a bare host with a known top-level domain. Linear. */
export function addTextUrls(text: string, list: UrlList, place: UrlPlace = { part: undefined }): void {
  if (text.length < 4) return;
  // Neither a host nor a scheme: so it is with most of the pieces that HTML comes in.
  const hasDotWord = (text.includes('dot') || text.includes('DOT')) && dotWord.test(text);
  if (!hasDotWord && !text.includes('.') && !text.includes('://')) return;
  const sighting: Sighting = { kind: place.kind ?? 'text', part: place.part };
  const plain = plainUrls(text);
  const defanged = hasDotWord || plain.oddities || text.includes('[:') ? defangedUrls(text) : [];
  if (defanged.length === 0) {
    addAll(plain, list, sighting);
    return;
  }
  let from = 0;
  for (const { start, end, url } of defanged) {
    addAll(plainUrls(text.slice(from, start)), list, sighting);
    list.add(url, { ...sighting, original: text.slice(start, end), defanged: true });
    from = end;
  }
  addAll(plainUrls(text.slice(from)), list, sighting);
}

function addAll({ urls, wordsLeft }: PlainSearch, list: UrlList, sighting: Sighting): void {
  for (const { url, original } of urls) list.add(url, original === undefined ? sighting : { ...sighting, original });
  if (wordsLeft === 0) list.findings.add('urls-cut');
}

interface PlainSearch {
  readonly urls: { readonly url: string; readonly original?: string }[];
  /** Dots and colons that stand as in defanged URLs; looking for those again would cost as much as all of this. */
  oddities: boolean;
  wordsLeft: number;
  /** The first dot that was not looked at: between URLs that have none, the search for it must not start anew. */
  dot: number;
}

function plainUrls(text: string): PlainSearch {
  const search: PlainSearch = { urls: [], oddities: false, wordsLeft: maxWords, dot: dotFrom(text, 0) };
  const otherColons: number[] = [];
  let from = 0;
  for (const { start, end } of schemeUrls(text, otherColons)) {
    addBareHosts(text, from, start, search);
    const url = text.slice(start, end);
    if (oddDotInUrl.test(url)) search.oddities = true;
    if (!isNamespace(text, start, end)) search.urls.push({ url });
    from = end;
  }
  addBareHosts(text, from, text.length, search);
  if (otherColons.some((colon) => isOddColon(text, colon))) search.oddities = true;
  return search;
}

/** `<URL:www.example.com>` (RFC 3986 appendix C), `Web:www.example.com`. */
const label = /^(?:URL|\p{L}{1,20}(?=:www\d?\.)):/iu;
/** Not behind what would make it the end of another name or of an address. */
const webHost = /(?<![a-z\d.@_]|[a-z\d]-)www\d{0,2}\.(?=[\p{L}\p{N}])/giu;
const dotWord = /[[({< \t]dot[\])}> \t]/i;
const oddDotInUrl = /[[({<\\]\./;

/** Source of XML and HTML that stands as text: what `xmlns` and a document type name is no link. */
function isNamespace(text: string, start: number, end: number): boolean {
  const quote = text.charCodeAt(start - 1);
  if (quote !== 0x22 && quote !== 0x27) return false;
  if (/\.dtd$/i.test(text.slice(end - 4, end))) return true;
  return /\bxmlns(?::[\w.-]{1,30})?\s{0,2}=\s{0,2}$/i.test(text.slice(Math.max(0, start - 48), start - 1));
}

function dotFrom(text: string, from: number): number {
  const dot = text.indexOf('.', from);
  return dot < 0 ? text.length : dot;
}

function addBareHosts(text: string, from: number, to: number, search: PlainSearch): void {
  if (search.dot < from) search.dot = dotFrom(text, from);
  let wordEnd = from;
  while (search.dot < to) {
    const { dot } = search;
    const within = dot > from && dot + 1 < text.length;
    if (!within || !isHostCode(text.charCodeAt(dot + 1)) || !isHostCode(text.charCodeAt(dot - 1))) {
      if (within && isOddDot(text, dot)) search.oddities = true;
      search.dot = dotFrom(text, dot + 1);
      continue;
    }
    let start = dot;
    while (start > wordEnd && !isBlank(text.charCodeAt(start - 1))) start--;
    wordEnd = dot;
    while (wordEnd < to && !isBlank(text.charCodeAt(wordEnd))) wordEnd++;
    if (search.wordsLeft === 0) return;
    search.wordsLeft -= 1;
    const word = text.slice(start, wordEnd);
    const known = search.urls.length;
    if (!isInCode(text.slice(Math.max(0, start - 3), start)))
      addBareHost(word.includes(':') ? word.replace(label, '') : word, search);
    if (search.urls.length === known && /www/i.test(word)) addWebHosts(word, search);
    search.dot = dotFrom(text, wordEnd);
  }
}

function addBareHost(word: string, search: PlainSearch): void {
  if (oddDotInUrl.test(word)) search.oddities = true;
  const window = word.slice(0, wordWindow);
  if (!mayHoldHost.test(window) || plainMail.test(word)) return;
  const host = plainHost.exec(word)?.[1];
  if (host !== undefined) {
    if (isBareUrl(host)) search.urls.push({ url: `http://${host}`, original: host });
    return;
  }
  if (longestHost(window) > maxLabels) return;
  for (const match of linkify.match(window) ?? []) {
    if (match.schema !== '' && match.schema !== '//') continue;
    // `hxxp : //evil.example`
    if (match.schema === '//') search.oddities = true;
    const end = match.lastIndex < window.length ? match.lastIndex : urlEnd(word, match.index);
    const original = word.slice(match.index, end);
    // Chinese and Japanese have no blank before it.
    const found = original
      .replace(/^\/\//, '')
      .replace(/^[\u0080-\uffff]{1,100}(?=www\d?\.)/i, '')
      // `helo=mail.example`, `HREF=www.example.com`
      .replace(/^[^/?#=]{1,40}=/, '');
    if (isBareUrl(found) && standsAlone(word, match.index, end)) search.urls.push({ url: `http://${found}`, original });
  }
}

/** In a word that is too long or has too many labels for linkify-it, or where something stands right before it. */
function addWebHosts(word: string, search: PlainSearch): void {
  if (/^[/\\]|^[a-z]:/i.test(word) || plainMail.test(word)) return;
  let from = 0;
  for (const { index } of word.matchAll(webHost)) {
    if (index < from) continue;
    from = urlEnd(word, index);
    const original = word.slice(index, from);
    if (isBareUrl(original)) search.urls.push({ url: `http://${original}`, original });
  }
}

/** Not part of a path of files (`/opt/x.so`), a name in code (`$a.is`, `list.info()`), a mail address or Message-ID. */
function standsAlone(word: string, start: number, end: number): boolean {
  const before = word.charAt(start - 1) || ' ';
  if ('@/\\$_'.includes(before)) return false;
  if (before === '(' && isInCode(word.slice(Math.max(0, start - 80), start))) return false;
  return !/^(?:\(|[^\s/?#"'()[\]{},;:]{0,64}@)/.test(word.slice(end, end + 66));
}

/** The most labels that linkify-it could try as one host. */
function longestHost(word: string): number {
  let longest = 1;
  let labels = 1;
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    if (code === 0x2e) labels += 1;
    else if (!isHostCode(code)) labels = 1;
    if (labels > longest) longest = labels;
  }
  return longest;
}

function isHostCode(code: number): boolean {
  if (code >= 0x80) return true;
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0x3c || code === 0x3e || code === 0xa0 || code === 0x3000;
}
