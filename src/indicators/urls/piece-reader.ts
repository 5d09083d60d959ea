import { cssUrls, mayLoad } from './css-urls.js';
import { addElementPieces, addEmbedded, maxValueChars } from './element-pieces.js';
import { elementAttributes, inlineTags, wantedAttributes } from './html-attributes.js';
import type { LinkPiece, Piece, Pieces } from './html-piece.js';

/** Documents within attributes may be as long. */
const maxDocumentChars = 4 * 1024 * 1024;
/** Text between two tags that separate words is searched in one piece up to this length. */
const maxRunChars = 1024 * 1024;
/** Of the text of a link. */
const maxShownChars = 1000;
const maxBases = 8;

/** Blanks other than one between words. */
const uneven = /\s\s|[^\S ]/;

interface Muted {
  readonly tag: 'script' | 'style';
  readonly depth: number;
  code: string;
}

/**
 * Gathers what of a document can hold URLs from its tags, attributes and texts, however those were told apart. First
 * all of it, since a `base` counts for the links before it too.
 */
export class PieceReader implements Pieces {
  readonly pieces: Piece[] = [];
  readonly bases: string[] = [];
  protected tag = '';
  protected attributes = new Map<string, string>();
  /** The elements around a place whose text is no text; XML and SVG may have one within another. */
  readonly #muted: Muted[] = [];
  #ownAttributes: ReadonlySet<string> | undefined;
  #attribute = '';
  #value = '';
  #maxValue = maxValueChars;
  #wanted = false;
  #run = '';
  #link: LinkPiece | null = null;

  protected startTag(tag: string): void {
    this.tag = tag;
    this.#ownAttributes = elementAttributes.get(tag);
    if (!inlineTags.has(tag)) this.#flush();
  }

  protected startAttribute(name: string): void {
    this.#attribute = name;
    this.#value = '';
    this.#wanted = this.#isWanted(name) && !this.attributes.has(name);
    if (this.#wanted) this.#maxValue = name === 'style' || name === 'content' ? maxValueChars : maxDocumentChars;
  }

  protected addToValue(text: string): void {
    if (this.#wanted && this.#value.length < this.#maxValue) this.#value += text;
  }

  protected endAttribute(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    if (this.#attribute !== 'style' || mayLoad(this.#value)) this.attributes.set(this.#attribute, this.#value);
  }

  /**
   * Behind the attributes of a start tag.
   * @param depth of the element, where that tells when it ends; negative where its name means nothing
   */
  protected startElement(depth = 0): void {
    if (depth >= 0 && (this.tag === 'script' || this.tag === 'style'))
      this.#muted.push({ tag: this.tag, depth, code: '' });
    if (this.tag === 'a') this.#endLink();
    if (this.attributes.size === 0 && this.tag !== 'form') return;
    const link = addElementPieces(this.tag, this.attributes, this.pieces);
    if (this.tag === 'a') this.#link = link;
    this.attributes = new Map();
  }

  protected endElement(tag: string): void {
    if (this.#muted.length > 0 && this.#muted.at(-1)?.tag === tag) this.#endMuted();
    if (!inlineTags.has(tag)) this.#flush();
    if (tag === 'a') this.#endLink();
  }

  protected text(text: string): void {
    const muted = this.#muted.at(-1);
    if (muted !== undefined) {
      muted.code += text;
      return;
    }
    this.#run += text;
    if (this.#link !== null && (this.#link.shown ?? '').length < maxShownChars)
      this.#link.shown = (this.#link.shown ?? '') + text;
    if (this.#run.length > maxRunChars) this.#flush();
  }

  /** Ends the scripts and styles that are deeper, though no end tag of theirs came. */
  protected endDeeper(depth: number): void {
    while ((this.#muted.at(-1)?.depth ?? -1) > depth) this.#endMuted();
  }

  protected endDocument(): void {
    this.#flush();
    this.endDeeper(-1);
    this.#endLink();
  }

  protected addPieces(inner: Pieces): void {
    this.#flush();
    for (const piece of inner.pieces) this.pieces.push(piece);
    for (const base of inner.bases) this.addBase(base);
  }

  protected addBase(href: string | undefined): void {
    if (href !== undefined && this.bases.length < maxBases) this.bases.push(href);
  }

  #isWanted(name: string): boolean {
    const first = name.charCodeAt(0);
    const isHandler = first === 0x6f && name.charCodeAt(1) === 0x6e;
    const isData = first === 0x64 && name.startsWith('data-');
    return isHandler || isData || wantedAttributes.has(name) || this.#ownAttributes?.has(name) === true;
  }

  #flush(): void {
    if (this.#run === '') return;
    this.pieces.push({ kind: 'text', text: this.#run });
    this.#run = '';
    if (this.#link?.shown !== undefined) this.#link.shown += ' ';
  }

  #endMuted(): void {
    const { tag, code = '' } = this.#muted.pop() ?? {};
    if (code === '') return;
    if (tag === 'script') this.pieces.push({ kind: 'script', code });
    else addEmbedded(cssUrls(code), this.pieces);
  }

  #endLink(): void {
    const shown = this.#link?.shown;
    if (this.#link !== null && shown !== undefined) {
      const short = shown.slice(0, maxShownChars);
      this.#link.shown = (uneven.test(short) ? short.replaceAll(/\s+/g, ' ') : short).trim();
    }
    this.#link = null;
  }
}
