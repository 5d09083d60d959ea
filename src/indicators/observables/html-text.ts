import { type HtmlReader, tokenizeHtml } from '../urls/html-tokens.js';
import { OpenElements } from '../urls/open-elements.js';
import { HiddenElements, mayHideText } from './hidden-elements.js';

/** What a person reads of an HTML document, and where each line of it stands in the document. */
export interface HtmlText {
  /** Lines as they are shown, roughly: blocks and <br> begin a new one. */
  readonly text: string;
  /** More stands in the document than is seen, and was left out. */
  readonly leftOut: boolean;
  /** Offset in the document of what is shown at that offset of the text. */
  sourceOffset(textOffset: number): number;
}

const lineTags: ReadonlySet<string> = new Set(
  'address article blockquote body br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 head header hr li ol p pre section table title tr ul'.split(
    ' ',
  ),
);
const cellTags: ReadonlySet<string> = new Set(['td', 'th']);
/** What may hide an element, and what `<font>` has. */
const styleAttributes: ReadonlySet<string> = new Set(['style', 'class', 'id', 'hidden', 'color']);
const maxAttributeChars = 4000;
const mutedTags: ReadonlySet<string> = new Set(['script', 'style', 'template']);

/**
 * Linear: works on tokens, without building a tree.
 * @param withHidden also what is there and not seen, since a style hides it
 */
export function htmlText(html: string, withHidden = false): HtmlText {
  const reader = new TextReader(html, withHidden);
  tokenizeHtml(html, reader);
  return reader.result();
}

class TextReader implements HtmlReader {
  tagStart = -1;
  readonly #html: string;
  readonly #pieces: string[] = [];
  /** Pairs of offsets, growing: in the text, in the document. */
  readonly #textOffsets: number[] = [];
  readonly #sourceOffsets: number[] = [];
  #length = 0;
  #end = 0;
  #tag = '';
  #mute: string | null = null;
  readonly #open: OpenElements | null;
  /** Null where all is seen. */
  readonly #hidden: HiddenElements | null;
  #attribute: string | null = null;
  #attributes = new Map<string, string>();
  #leftOut = false;
  /** How many elements are open where the muted one is. */
  #muteDepth = 0;
  /** Nothing is shown on the line yet, or a blank was: more blanks are not shown (CSS, white-space: normal). */
  #blank = true;
  #pre = 0;

  constructor(html: string, withHidden: boolean) {
    this.#html = html;
    const hides = !withHidden && mayHideText(html);
    this.#open = hides || /<(?:svg|math)[\s/>]/i.test(html) ? new OpenElements() : null;
    this.#hidden = hides && this.#open !== null ? new HiddenElements(html, this.#open) : null;
  }

  isInForeignContext(): boolean {
    return this.#open?.foreign === true;
  }

  allowsCdata(): boolean {
    return this.#open?.cdata === true;
  }

  result(): HtmlText {
    const text = this.#pieces.join('');
    const textOffsets = this.#textOffsets;
    const sourceOffsets = this.#sourceOffsets;
    return {
      text,
      leftOut: this.#leftOut,
      sourceOffset(textOffset) {
        let low = 0;
        let high = textOffsets.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if ((textOffsets[middle] ?? 0) <= textOffset) low = middle + 1;
          else high = middle;
        }
        return sourceOffsets[low - 1] ?? 0;
      },
    };
  }

  ontext(start: number, end: number): void {
    if (this.#mute === null) this.#show(this.#html.slice(start, end), start);
    this.#end = end;
  }

  ontextentity(codePoint: number, end: number): void {
    if (this.#mute === null) this.#show(String.fromCodePoint(codePoint), this.#end);
    this.#end = end;
  }

  oncdata(start: number, end: number, offset: number): void {
    this.ontext(start, end - offset);
  }

  onopentagname(start: number, end: number): void {
    this.tagStart = start;
    this.#tag = this.#html.slice(start, end).toLowerCase();
    if (this.#attributes.size > 0) this.#attributes = new Map();
  }

  onopentagend(end: number): void {
    this.#startElement(false);
    this.#end = end;
  }

  onselfclosingtag(end: number): void {
    this.#startElement(this.#html.charCodeAt(end - 1) === 0x2f);
    this.#end = end;
  }

  onclosetag(start: number, end: number): void {
    const tag = this.#html.slice(start, end).toLowerCase();
    this.tagStart = start;
    if (tag === this.#mute) this.#mute = null;
    const hidden = this.#hidden?.hidden === true;
    if (this.#hidden === null) this.#open?.end(tag);
    else this.#hidden.end(tag);
    this.#endMuteOutside();
    if (tag === 'pre') this.#pre = Math.max(0, this.#pre - 1);
    if (!hidden) this.#break(tag, Math.max(0, start - 2));
    this.#end = end;
  }

  onattribname(start: number, end: number): void {
    this.#attribute = null;
    if (this.#hidden === null) return;
    const name = this.#html.slice(start, end).toLowerCase();
    // The first of a name counts (HTML Standard §13.2.5.33).
    if (!styleAttributes.has(name) || this.#attributes.has(name)) return;
    this.#attribute = name;
    this.#attributes.set(name, '');
  }

  onattribdata(start: number, end: number): void {
    if (this.#attribute !== null)
      this.#addToAttribute(this.#html.slice(start, Math.min(end, start + maxAttributeChars)));
  }

  onattribentity(codePoint: number): void {
    if (this.#attribute !== null) this.#addToAttribute(String.fromCodePoint(codePoint));
  }

  onattribend(): void {}
  onendtagattributes(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #startElement(closed: boolean): void {
    const foreign = this.isInForeignContext();
    const tag = { name: this.#tag, closed, fontAttribute: false, encoding: '', attributes: this.#attributes };
    if (this.#hidden === null) this.#open?.start(tag);
    else this.#hidden.start(tag, this.tagStart - 1);
    this.#endMuteOutside();
    this.#break(this.#tag, this.tagStart - 1);
    if (cellTags.has(this.#tag)) this.#cell(this.tagStart - 1);
    if (this.#tag === 'pre') this.#pre += 1;
    if (!mutedTags.has(this.#tag) || (foreign && closed)) return;
    this.#mute = this.#tag;
    this.#muteDepth = this.#open?.depth ?? 0;
  }

  /** Within SVG, what is muted ends with what is around it. */
  #endMuteOutside(): void {
    if (this.#mute !== null && this.#open !== null && this.#open.depth < this.#muteDepth) this.#mute = null;
  }

  #addToAttribute(text: string): void {
    const name = this.#attribute ?? '';
    const value = this.#attributes.get(name) ?? '';
    if (value.length < maxAttributeChars) this.#attributes.set(name, value + text);
  }

  #show(shown: string, source: number): void {
    if (this.#hidden?.hidden === true) {
      if (/\S/.test(shown)) this.#leftOut = true;
      return;
    }
    let text = this.#pre > 0 ? shown : shown.replaceAll(/[ \t\r\n\f]+/g, ' ');
    if (this.#blank && text.startsWith(' ')) text = text.slice(1);
    if (text === '') return;
    this.#blank = text.endsWith(' ');
    this.#push(text, source);
  }

  #break(tag: string, source: number): void {
    if (this.#mute !== null || !lineTags.has(tag) || this.#hidden?.hidden === true) return;
    this.#push('\n', source);
    this.#blank = true;
  }

  #cell(source: number): void {
    if (this.#mute !== null || this.#blank || this.#hidden?.hidden === true) return;
    this.#push('\t', source);
    this.#blank = true;
  }

  #push(text: string, source: number): void {
    this.#textOffsets.push(this.#length);
    this.#sourceOffsets.push(source);
    this.#pieces.push(text);
    this.#length += text.length;
  }
}
