import { Tokenizer } from 'htmlparser2';
import { addTextUrls } from './text-urls.js';
import type { FoundUrl } from './types.js';
import type { UrlList } from './url-list.js';

/** Longer values are cut: a URL is listed up to 16 kB anyway, and `data:` images are none. */
const maxValueChars = 64 * 1024;
/** Text between two tags that separate words is searched in one piece up to this length. */
const maxRunChars = 1024 * 1024;

/** What opens when a person clicks or sends; all others load by themselves. */
const clickAttributes: ReadonlySet<string> = new Set(['href', 'xlink:href', 'action', 'formaction']);
const embedAttributes: ReadonlySet<string> = new Set([
  'src',
  'background',
  'poster',
  'data',
  'srcset',
  'dynsrc',
  'lowsrc',
]);
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

/** Collects first, since a `base` counts for the links before it too. */
class HtmlWalk {
  readonly pieces: Piece[] = [];
  base: string | null = null;
  readonly #html: string;
  readonly #hidden: boolean;
  #tag = '';
  #attribute = '';
  #value = '';
  #wanted = false;
  #attributes = new Map<string, string>();
  #run: string[] = [];
  #runChars = 0;
  #mute: string | null = null;

  constructor(html: string, insideComment = false) {
    this.#html = html;
    this.#hidden = insideComment;
  }

  run(): void {
    const tokenizer = new Tokenizer(
      { decodeEntities: true },
      {
        ontext: (start, end) => this.#text(this.#html.slice(start, end)),
        ontextentity: (codePoint) => this.#text(String.fromCodePoint(codePoint)),
        onopentagname: (start, end) => this.#openTag(this.#html.slice(start, end).toLowerCase()),
        onattribname: (start, end) => this.#startAttribute(this.#html.slice(start, end).toLowerCase()),
        onattribdata: (start, end) => this.#attributeData(this.#html.slice(start, end)),
        onattribentity: (codePoint) => this.#attributeData(String.fromCodePoint(codePoint)),
        onattribend: () => this.#endAttribute(),
        onopentagend: () => this.#endTag(),
        onselfclosingtag: () => this.#endTag(),
        onclosetag: (start, end) => this.#closeTag(this.#html.slice(start, end).toLowerCase()),
        oncomment: (start, end, offset) => this.#comment(start, end - offset),
        oncdata: (start, end, offset) => this.#text(this.#html.slice(start, end - offset)),
        ondeclaration: () => {},
        onprocessinginstruction: () => {},
        onend: () => {},
      },
    );
    tokenizer.write(this.#html);
    tokenizer.end();
    this.#flush();
  }

  #text(text: string): void {
    if (this.#mute !== null) return;
    this.#run.push(text);
    this.#runChars += text.length;
    if (this.#runChars > maxRunChars) this.#flush();
  }

  #flush(): void {
    if (this.#run.length > 0) this.pieces.push({ kind: 'text', text: this.#run.join('') });
    this.#run = [];
    this.#runChars = 0;
  }

  #openTag(tag: string): void {
    this.#tag = tag;
    this.#attributes = new Map();
    if (!inlineTags.has(tag)) this.#flush();
  }

  #closeTag(tag: string): void {
    if (tag === this.#mute) this.#mute = null;
    if (!inlineTags.has(tag)) this.#flush();
  }

  #startAttribute(name: string): void {
    this.#attribute = name;
    this.#value = '';
    this.#wanted =
      !this.#attributes.has(name) &&
      (clickAttributes.has(name) ||
        embedAttributes.has(name) ||
        (this.#tag === 'meta' && /^(content|http-equiv)$/.test(name)));
  }

  #attributeData(text: string): void {
    if (this.#wanted && this.#value.length < maxValueChars) this.#value += text;
  }

  #endAttribute(): void {
    if (this.#wanted) this.#attributes.set(this.#attribute, this.#value);
    this.#wanted = false;
  }

  #endTag(): void {
    if (this.#tag === 'script' || this.#tag === 'style') this.#mute = this.#tag;
    if (this.#tag === 'base') this.base ??= resolveLink(this.#attributes.get('href') ?? '', null);
    else if (this.#tag === 'meta') this.#meta();
    else for (const [name, value] of this.#attributes) this.#link(name, value);
    this.#attributes = new Map();
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

  /** Outlook shows what stands in `<!--[if mso]>`. */
  #comment(start: number, end: number): void {
    const comment = this.#html.slice(start, end);
    const condition = /^\s{0,20}\[if [^\]]{0,200}\]>/i.exec(comment);
    if (condition === null || this.#hidden) return;
    this.#flush();
    const inner = new HtmlWalk(comment.slice(condition[0].length), true);
    inner.run();
    this.base ??= inner.base;
    for (const piece of inner.pieces) this.pieces.push(piece);
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
