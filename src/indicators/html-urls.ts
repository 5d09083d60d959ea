import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { addTextUrls } from './text-urls.js';
import type { FoundUrl } from './types.js';
import type { UrlList } from './url-list.js';

/** Longer values are cut: a URL is listed up to 16 kB anyway, and `data:` images are none. */
const maxValueChars = 64 * 1024;
/** Text between two tags that separate words is searched in one piece up to this length. */
const maxRunChars = 1024 * 1024;

/** What opens when a person clicks or sends; all others load by themselves. */
const clickAttributes: ReadonlySet<string> = new Set(['href', 'xlink:href', 'action', 'formaction']);
const linkAttributes: ReadonlySet<string> = new Set([
  ...clickAttributes,
  'src',
  'background',
  'poster',
  'data',
  'srcset',
  'dynsrc',
  'lowsrc',
]);
const metaAttributes: ReadonlySet<string> = new Set(['content', 'http-equiv']);
const embeddingTags: ReadonlySet<string> = new Set(['link', 'image', 'use', 'feimage']);
/** These do not interrupt a word: `exam<b>ple.com</b>` reads as one. */
const inlineTags: ReadonlySet<string> = new Set(
  'abbr acronym b bdi bdo big code dfn em font i ins kbd label mark nobr o:p s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
);

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly value: string; readonly as: FoundUrl['kind'] };

/**
 * Adds the URLs of an HTML document as a mail program resolves them. Works on htmlparser2's tokens without building
 * or balancing a tree, so nesting costs nothing and the time is linear. Scripts are not looked into.
 */
export function addHtmlUrls(html: string, list: UrlList): void {
  const walk = new HtmlWalk(html);
  walk.run();
  for (const piece of walk.pieces) {
    if (piece.kind === 'text') addTextUrls(piece.text, list);
    else {
      const url = resolveLink(piece.value, walk.base);
      if (url !== null) list.add(url, piece.as);
    }
  }
}

/**
 * Collects first, since a `base` counts for the links before it too. It is the tokenizer's set of callbacks itself:
 * closures made for each document are new functions to V8 each time, which it would compile the tokenizer anew for.
 */
class HtmlWalk implements TokenizerCallbacks {
  readonly pieces: Piece[] = [];
  base: string | null = null;
  readonly #html: string;
  readonly #hidden: boolean;
  #tag = '';
  #attribute = '';
  #value = '';
  #wanted = false;
  #attributes = new Map<string, string>();
  #run = '';
  #mute: string | null = null;

  constructor(html: string, insideComment = false) {
    this.#html = html;
    this.#hidden = insideComment;
  }

  run(): void {
    const tokenizer = new Tokenizer({ decodeEntities: true }, this);
    tokenizer.write(this.#html);
    tokenizer.end();
    this.#flush();
  }

  ontext(start: number, end: number): void {
    this.#text(this.#html.slice(start, end));
  }

  ontextentity(codePoint: number): void {
    this.#text(String.fromCodePoint(codePoint));
  }

  oncdata(start: number, end: number, offset: number): void {
    this.#text(this.#html.slice(start, end - offset));
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#html.slice(start, end).toLowerCase();
    if (!inlineTags.has(this.#tag)) this.#flush();
  }

  onclosetag(start: number, end: number): void {
    const tag = this.#html.slice(start, end).toLowerCase();
    if (tag === this.#mute) this.#mute = null;
    if (!inlineTags.has(tag)) this.#flush();
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#html.slice(start, end).toLowerCase();
    this.#value = '';
    this.#wanted =
      (linkAttributes.has(this.#attribute) || (this.#tag === 'meta' && metaAttributes.has(this.#attribute))) &&
      !this.#attributes.has(this.#attribute);
  }

  onattribdata(start: number, end: number): void {
    if (this.#wanted) this.#addToValue(this.#html.slice(start, end));
  }

  onattribentity(codePoint: number): void {
    if (this.#wanted) this.#addToValue(String.fromCodePoint(codePoint));
  }

  onattribend(): void {
    if (this.#wanted) this.#attributes.set(this.#attribute, this.#value);
    this.#wanted = false;
  }

  onopentagend(): void {
    if (this.#tag === 'script' || this.#tag === 'style') this.#mute = this.#tag;
    if (this.#attributes.size === 0) return;
    if (this.#tag === 'base') this.base ??= resolveLink(this.#attributes.get('href') ?? '', null);
    else if (this.#tag === 'meta') this.#meta();
    else for (const [name, value] of this.#attributes) this.#link(name, value);
    this.#attributes = new Map();
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  /** Outlook shows what stands in `<!--[if mso]>`. */
  oncomment(start: number, end: number, offset: number): void {
    const comment = this.#html.slice(start, end - offset);
    const condition = /^\s{0,20}\[if [^\]]{0,200}\]>/i.exec(comment);
    if (condition === null || this.#hidden) return;
    this.#flush();
    const inner = new HtmlWalk(comment.slice(condition[0].length), true);
    inner.run();
    this.base ??= inner.base;
    for (const piece of inner.pieces) this.pieces.push(piece);
  }

  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #text(text: string): void {
    if (this.#mute !== null) return;
    this.#run += text;
    if (this.#run.length > maxRunChars) this.#flush();
  }

  #flush(): void {
    if (this.#run === '') return;
    this.pieces.push({ kind: 'text', text: this.#run });
    this.#run = '';
  }

  #addToValue(text: string): void {
    if (this.#value.length < maxValueChars) this.#value += text;
  }

  #link(name: string, value: string): void {
    if (name === 'srcset') {
      for (const candidate of srcsetUrls(value)) this.pieces.push({ kind: 'link', value: candidate, as: 'embed' });
      return;
    }
    const clicks = clickAttributes.has(name) && !embeddingTags.has(this.#tag);
    this.pieces.push({ kind: 'link', value, as: clicks ? 'click' : 'embed' });
  }

  /** HTML Standard §4.2.5.3, `refresh`: it opens without a click. */
  #meta(): void {
    if (this.#attributes.get('http-equiv')?.trim().toLowerCase() !== 'refresh') return;
    const target = /^[^;,]*[;,]?\s*(?:url\s*=\s*)?["']?([^"']+)/i.exec(this.#attributes.get('content') ?? '')?.[1];
    if (target !== undefined) this.pieces.push({ kind: 'link', value: target, as: 'click' });
  }
}

/** `a.png 1x, b.png 2x` (HTML Standard §4.8.4.2.1), leniently. */
function srcsetUrls(value: string): string[] {
  return value
    .split(/\s+/)
    .map((word) => withoutCommas(word.replace(/^[\d.]{1,20}[wxh],/, '')))
    .filter((word) => word !== '' && !/^[\d.]{1,20}[wxh]$/.test(word));
}

function withoutCommas(word: string): string {
  let start = 0;
  let end = word.length;
  while (word[start] === ',') start++;
  while (end > start && word[end - 1] === ',') end--;
  return word.slice(start, end);
}

/** An attribute as the absolute URL it stands for; null where it is none, or relative with nothing to resolve it. */
function resolveLink(value: string, base: string | null): string | null {
  // Nearly all are written like this, and nothing below would change them.
  if (/^https?:[!-~]+$/i.test(value)) return value;
  // Browsers take these out (URL Standard §4.4).
  const link = value
    .replaceAll(/[\t\r\n]/g, '')
    .replace(/^[\p{Cc}\s]+/u, '')
    .trimEnd();
  if (/^(?:https?|ftp):/i.test(link)) return link;
  if (/^[\\/]{2}/.test(link)) return `http:${link}`;
  if (/^www\d?\./i.test(link) && base === null) return `http://${link}`;
  if (base === null || link === '' || /^[a-z][a-z0-9+.-]*:/i.test(link) || !URL.canParse(link, base)) return null;
  return link.startsWith('#') ? null : new URL(link, base).href;
}
