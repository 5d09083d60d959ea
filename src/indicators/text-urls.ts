import LinkifyIt from 'linkify-it';
import { parse } from 'tldts';
import { schemeUrls, urlEnd } from './scheme-urls.js';
import type { UrlList } from './url-list.js';

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

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: false });
// Any letters may be a top-level domain here; the public suffix list decides afterwards.
linkify.tlds(['[a-z\\u00a1-\\uffef]{2,24}']);

/** Endings of file names that are top-level domains too: `setup.py` is no link unless written like one. */
const fileEndings: ReadonlySet<string> = new Set(
  'ai app bat cc cfg com.log doc java md mov pl ps py rs sh so st swift tf zip'.split(' '),
);

/** Adds the URLs of running text: with scheme, or a bare host with a known top-level domain. Linear. */
export function addTextUrls(text: string, list: UrlList): void {
  // Neither a host nor a scheme: so it is with most of the pieces that HTML comes in.
  if (!text.includes('.') && !text.includes('://')) return;
  const search = { wordsLeft: maxWords, dot: dotFrom(text, 0) };
  let from = 0;
  for (const { start, end } of schemeUrls(text)) {
    addBareHosts(text, from, start, list, search);
    list.add(text.slice(start, end), 'text');
    from = end;
  }
  addBareHosts(text, from, text.length, list, search);
}

interface Search {
  wordsLeft: number;
  /** The first dot that was not looked at: between URLs that have none, the search for it must not start anew. */
  dot: number;
}

function dotFrom(text: string, from: number): number {
  const dot = text.indexOf('.', from);
  return dot < 0 ? text.length : dot;
}

function addBareHosts(text: string, from: number, to: number, list: UrlList, search: Search): void {
  if (search.dot < from) search.dot = dotFrom(text, from);
  let wordEnd = from;
  while (search.dot < to) {
    const { dot } = search;
    const within = dot > from && dot + 1 < text.length;
    if (!within || !isHostCode(text.charCodeAt(dot + 1)) || !isHostCode(text.charCodeAt(dot - 1))) {
      search.dot = dotFrom(text, dot + 1);
      continue;
    }
    let start = dot;
    while (start > wordEnd && !isBlank(text.charCodeAt(start - 1))) start--;
    wordEnd = dot;
    while (wordEnd < to && !isBlank(text.charCodeAt(wordEnd))) wordEnd++;
    if (search.wordsLeft === 0) {
      list.findings.add('urls-cut');
      return;
    }
    search.wordsLeft -= 1;
    addBareHost(text.slice(start, wordEnd), list);
    search.dot = dotFrom(text, wordEnd);
  }
}

function addBareHost(word: string, list: UrlList): void {
  const window = word.slice(0, wordWindow);
  if (!mayHoldHost.test(window) || longestHost(window) > maxLabels) return;
  for (const match of linkify.match(window) ?? []) {
    if (match.schema !== '' && match.schema !== '//') continue;
    const end = match.lastIndex < window.length ? match.lastIndex : urlEnd(word, match.index);
    const found = word.slice(match.index, end).replace(/^\/\//, '');
    if (isLink(found)) list.add(`http://${found}`, 'text');
  }
}

function isLink(found: string): boolean {
  const host = /^[^/?#:]*/.exec(found)?.[0] ?? '';
  if (/^www\d?\./i.test(host)) return true;
  const { isIcann, publicSuffix, domain } = parse(host);
  if (isIcann !== true || domain === null || publicSuffix === null) return false;
  if (host.length < found.length) return true;
  // `the end.It was`: two sentences without a blank between.
  const ending = host.slice(host.lastIndexOf('.') + 1);
  return !fileEndings.has(ending.toLowerCase()) && !/^\p{Lu}\p{Ll}/u.test(ending);
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
