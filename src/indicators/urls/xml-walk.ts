import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import type { Pieces } from './html-piece.js';
import { PieceReader } from './piece-reader.js';
import { type EntityWork, withCharacters, XmlEntities } from './xml-entities.js';

/** What may stand before the root element: declarations, comments, blanks (XML 1.0 §2.8). */
const prolog = /(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)+/y;
const doctypeStart = /<!DOCTYPE[^<>["']*(?:(?:"[^"]*"|'[^']*')[^<>["']*)*/y;
const subsetToken = /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|"[^"]*"|'[^']*'|\]/g;
const styleSheet = /<\?xml-stylesheet\s[\s\S]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Whether a browser that is told so could show links of it: these stand only in elements of a name space. */
export function mayBeXml(text: string): boolean {
  return text.includes('xmlns') || text.includes('<?xml-stylesheet');
}

export function isXmlFile(text: string): boolean {
  return /^[\s\ufeff]*</.test(text) && mayBeXml(text);
}

/** Whether it says by itself that it is XML, and not only in its type or name. */
export function beginsAsXml(text: string): boolean {
  return /^\s*(?:<\?xml\s|<!DOCTYPE\s[^<>[]{0,500}\[)/.test(text.slice(0, 1000));
}

export interface XmlPieces extends Pieces {
  /** Entities grew beyond what is read. */
  readonly cut: boolean;
}

/**
 * What of an XML document (SVG, XHTML) can hold URLs, as a browser reads it that takes it for XML: with the entities of
 * its own document type, prefixes, empty elements, and entities in scripts. Browsers show nothing behind the first
 * mistake, so this ends there, which HTML that is none reaches soon. Linear.
 */
export function xmlPieces(xml: string, work: EntityWork): XmlPieces {
  const from = matchEnd(prolog, xml, 0);
  const { subset, end } = readDoctype(xml, from);
  const entities = new XmlEntities(subset, work);
  const walk = new XmlWalk(xml.slice(end), entities);
  for (const [, double, single] of xml.slice(0, end).matchAll(styleSheet))
    walk.pieces.push({ kind: 'link', value: withCharacters(double ?? single ?? ''), as: 'embed' });
  if (entities.defaults !== '') walk.pieces.push({ kind: 'document', html: entities.defaults });
  walk.run();
  return { pieces: walk.pieces, bases: walk.bases, cut: entities.cut };
}

function readDoctype(xml: string, from: number): { readonly subset: string; readonly end: number } {
  const start = matchEnd(doctypeStart, xml, from);
  if (start === from || xml[start] !== '[') return { subset: '', end: start };
  subsetToken.lastIndex = start + 1;
  let found = subsetToken.exec(xml);
  while (found !== null && found[0] !== ']') found = subsetToken.exec(xml);
  const end = found?.index ?? xml.length;
  return { subset: xml.slice(start + 1, end), end: end + 1 };
}

function matchEnd(expression: RegExp, text: string, from: number): number {
  expression.lastIndex = from;
  return expression.test(text) ? expression.lastIndex : from;
}

class XmlWalk extends PieceReader implements TokenizerCallbacks {
  readonly #xml: string;
  readonly #entities: XmlEntities;
  readonly #tokenizer: Tokenizer;
  readonly #open: string[] = [];
  #name = '';

  constructor(xml: string, entities: XmlEntities) {
    super();
    this.#xml = xml;
    this.#entities = entities;
    this.#tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: true }, this);
  }

  run(): void {
    this.#tokenizer.write(this.#xml);
    this.#tokenizer.end();
    this.endDocument();
  }

  ontext(start: number, end: number): void {
    const text = this.#entities.expanded(this.#xml.slice(start, end));
    if (text.includes('<')) this.pieces.push({ kind: 'document', html: text });
    else this.text(withCharacters(text));
  }

  ontextentity(codePoint: number): void {
    this.text(String.fromCodePoint(codePoint));
  }

  oncdata(start: number, end: number, offset: number): void {
    this.text(this.#xml.slice(start, end - offset));
  }

  onopentagname(start: number, end: number): void {
    this.#name = this.#xml.slice(start, end);
    this.startTag(withoutPrefix(this.#name).toLowerCase());
  }

  onclosetag(start: number, end: number): void {
    const name = this.#xml.slice(start, end);
    if (this.#open.pop() === name) this.endElement(withoutPrefix(name).toLowerCase());
    else this.#tokenizer.pause();
  }

  onattribname(start: number, end: number): void {
    const name = this.#xml.slice(start, end).toLowerCase();
    this.startAttribute(name.startsWith('xmlns:') ? name : withoutPrefix(name));
  }

  onattribdata(start: number, end: number): void {
    this.addToValue(withCharacters(this.#entities.expanded(this.#xml.slice(start, end))));
  }

  onattribentity(codePoint: number): void {
    this.addToValue(String.fromCodePoint(codePoint));
  }

  onattribend(quote: number): void {
    this.endAttribute();
    if (quote < singleQuote) this.#tokenizer.pause();
  }

  onopentagend(): void {
    this.#startElement();
    this.#open.push(this.#name);
  }

  onselfclosingtag(): void {
    this.#startElement();
    this.endElement(this.tag);
  }

  onprocessinginstruction(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onend(): void {}

  #startElement(): void {
    if (this.tag === 'base') this.addBase(this.attributes.get('href'));
    this.startElement();
  }
}

/** Of htmlparser2's `QuoteType`; below it are values without quotes, and none. */
const singleQuote = 2;

/** Of one level only: `a:b:c` is no name in XML with name spaces. */
function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
