import type { Pieces } from './html-piece.js';
import { type HtmlReader, isUnusual, tokenizeHtml } from './html-tokens.js';
import { asWithScripts } from './noscript.js';
import { OpenElements } from './open-elements.js';
import { PieceReader } from './piece-reader.js';

/** Browsers show none of the markup in them; mail programs that do not know them show it. */
const rawTags: ReadonlySet<string> = new Set(['iframe', 'noembed', 'noframes', 'plaintext', 'xmp']);
/** In these, browsers long passed over start tags, so that what followed was not raw. */
const strictTags: ReadonlySet<string> = new Set(['frameset', 'select']);
const watchedTags: ReadonlySet<string> = new Set([...rawTags, ...strictTags, 'base', 'style', 'title']);
/** A base within these counts for some readers, and the next one for others. */
const doubtful = /<(?:frameset|math|noscript|select|svg|template)\b/i;

const maxComments = 3;

/** What of an HTML document can hold URLs. Linear. */
export function htmlPieces(html: string): Pieces {
  const walk = new HtmlWalk(html);
  walk.run();
  const other = asWithScripts(html);
  if (other !== undefined) walk.addReading(other);
  return walk;
}

/**
 * It is the tokenizer's set of callbacks itself: closures made for each document are new functions to V8 each time,
 * which it would compile the tokenizer anew for.
 */
class HtmlWalk extends PieceReader implements HtmlReader {
  tagStart = -1;
  readonly #html: string;
  /** Of comments of Outlook around this, which may be nested. */
  readonly #depth: number;
  readonly #unusual: boolean;
  readonly #open: OpenElements | null;
  #strict = '';
  /** The element whose content browsers take for text, and that content. */
  #rawTag = '';
  #raw = '';
  #encoding = '';
  #fontAttribute = false;
  #attribute = '';
  #baseKnown = false;

  constructor(html: string, depth = 0) {
    super();
    this.#html = html;
    this.#depth = depth;
    this.#unusual = isUnusual(html);
    this.#open = this.#unusual && /<(?:svg|math)[\s/>]/i.test(html) ? new OpenElements() : null;
  }

  run(): void {
    tokenizeHtml(this.#html, this, this.#unusual);
    this.#endRaw();
    this.endDocument();
  }

  /** What other readers see of the document. */
  addReading(html: string): void {
    const other = new HtmlWalk(html);
    other.run();
    this.addPieces(other);
  }

  isInForeignContext(): boolean {
    return this.#open?.foreign === true;
  }

  allowsCdata(): boolean {
    return this.#open?.cdata === true;
  }

  ontext(start: number, end: number): void {
    const text = this.#html.slice(start, end);
    if (this.#rawTag !== '') this.#raw += text;
    this.text(text);
  }

  ontextentity(codePoint: number): void {
    const text = String.fromCodePoint(codePoint);
    if (this.#rawTag !== '') this.#raw += text;
    this.text(text);
  }

  oncdata(start: number, end: number, offset: number): void {
    this.text(this.#html.slice(start, end - offset));
  }

  onopentagname(start: number, end: number): void {
    this.tagStart = start;
    this.startTag(this.#html.slice(start, end).toLowerCase());
  }

  onclosetag(start: number, end: number): void {
    this.tagStart = start;
    const tag = this.#html.slice(start, end).toLowerCase();
    if (tag === this.#rawTag) this.#endRaw();
    if (tag === this.#strict) this.#strict = '';
    this.endElement(tag);
    if (this.#open === null) return;
    this.#open.end(tag);
    this.endDeeper(this.#open.depth);
  }

  /** Other programs take the first `>` for its end. */
  onendtagattributes(start: number, end: number): void {
    const rest = this.#html.slice(start, end);
    const behind = rest.indexOf('>') + 1;
    if (behind > 0 && rest.includes('<', behind)) this.pieces.push({ kind: 'document', html: rest.slice(behind) });
  }

  onattribname(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    this.startAttribute(name);
    if (this.#open === null) return;
    this.#attribute = name;
    if (name === 'color' || name === 'face' || name === 'size') this.#fontAttribute = true;
  }

  onattribdata(start: number, end: number): void {
    this.#addValue(this.#html.slice(start, end));
  }

  onattribentity(codePoint: number): void {
    this.#addValue(String.fromCodePoint(codePoint));
  }

  onattribend(): void {
    this.endAttribute();
  }

  onopentagend(): void {
    this.#startElement(false);
  }

  onselfclosingtag(end: number): void {
    // Not where a blank stands between both characters.
    this.#startElement(this.#html.charCodeAt(end - 1) === 0x2f);
  }

  /** Outlook shows what stands in `<!--[if mso]>`, readers of XML what stands in `<![CDATA[`. */
  oncomment(start: number, end: number, offset: number): void {
    const comment = this.#html.slice(start, end - offset);
    if (comment.startsWith('[CDATA[') && this.#html.charCodeAt(start - 1) === 0x21) {
      this.text(comment.slice(7));
      return;
    }
    const condition = /^\s*\[if\b[^\]]*\]\s*>/i.exec(comment);
    if (condition === null) this.pieces.push({ kind: 'kept', text: comment });
    if (condition === null || this.#depth >= maxComments) return;
    const inner = new HtmlWalk(comment.slice(condition[0].length), this.#depth + 1);
    inner.run();
    this.addPieces(inner);
  }

  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #startElement(closed: boolean): void {
    const foreign = this.isInForeignContext();
    if (watchedTags.has(this.tag) && !foreign) this.#startWatched(this.tag);
    if (this.#open === null) this.startElement();
    else this.#startWithin(this.#open, foreign, closed);
  }

  #startWatched(tag: string): void {
    if (tag === 'base') this.#base();
    else if (strictTags.has(tag)) this.#strict = tag;
    else if (rawTags.has(tag) || this.#strict !== '') this.#rawTag = tag;
  }

  #startWithin(open: OpenElements, foreign: boolean, closed: boolean): void {
    // A script in MathML is an element like others.
    const isMath = foreign && !open.inSvg;
    open.start({ name: this.tag, closed, fontAttribute: this.#fontAttribute, encoding: this.#encoding });
    this.endDeeper(open.depth);
    this.startElement(isMath ? -1 : open.depth);
    if (foreign && closed) this.endElement(this.tag);
    this.#encoding = '';
    this.#fontAttribute = false;
    this.#attribute = '';
  }

  #addValue(text: string): void {
    this.addToValue(text);
    if (this.#open !== null && this.#attribute === 'encoding' && this.tag === 'annotation-xml')
      this.#encoding = (this.#encoding + text).slice(0, 100);
  }

  /** The first one counts (HTML Standard §4.2.3). */
  #base(): void {
    const href = this.attributes.get('href');
    if (this.#baseKnown || href === undefined) return;
    this.addBase(href);
    this.#baseKnown = this.#depth === 0 && !doubtful.test(this.#html.slice(0, this.tagStart));
  }

  #endRaw(): void {
    if (this.#raw.includes('<')) {
      const around = this.#strict === '' ? '' : `<${this.#strict}>`;
      this.pieces.push({ kind: 'document', html: around + this.#raw });
    }
    this.#rawTag = '';
    this.#raw = '';
  }
}
