import { type QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

export interface HtmlEntity {
  readonly codePoints: readonly number[];
  /** Characters of the document that it takes; 0 where none is there. */
  readonly length: number;
}

/** All that can decide on it: the longest name has 31 letters, and a number any length. */
const reference = /&(?:#(?:x[0-9a-f]*|[0-9]*)|[a-z0-9]{0,40});?/iy;

/** A mail has a few, again and again. Longer ones would keep the whole document in memory (V8's sliced strings). */
const known: Readonly<Record<'text' | 'attribute', Map<string, HtmlEntity>>> = {
  text: new Map(),
  attribute: new Map(),
};
const mostKnown = 1000;
const maxKnownChars = 12;

/** The character reference that starts at the ampersand (HTML Standard §13.2.5.72), as htmlparser2 decodes it. */
export function entityAt(html: string, ampersand: number, where: 'text' | 'attribute'): HtmlEntity {
  reference.lastIndex = ampersand;
  reference.test(html);
  // What comes behind decides too: `&copy=` is none in an attribute.
  const source = html.slice(ampersand, reference.lastIndex + 1);
  const before = known[where].get(source);
  if (before !== undefined) return before;
  const entity = where === 'text' ? decoded(source, 0) : decoded(`${attribute}${source}">`, attribute.length);
  if (source.length <= maxKnownChars) {
    if (known[where].size >= mostKnown) known[where].clear();
    known[where].set(source, entity);
  }
  return entity;
}

const attribute = '<a b="';

function decoded(source: string, start: number): HtmlEntity {
  const reader = new EntityReader();
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  tokenizer.write(source);
  tokenizer.end();
  const { codePoints, end } = reader;
  return { codePoints, length: codePoints.length === 0 ? 0 : end - start };
}

class EntityReader implements TokenizerCallbacks {
  readonly codePoints: number[] = [];
  end = 0;
  #dataFollows = false;

  ontextentity(codePoint: number, end: number): void {
    this.codePoints.push(codePoint);
    this.end = end;
  }

  onattribentity(codePoint: number): void {
    this.codePoints.push(codePoint);
    this.#dataFollows = true;
  }

  onattribdata(start: number): void {
    if (this.#dataFollows) this.end = start;
    this.#dataFollows = false;
  }

  onattribend(_quote: QuoteType): void {}
  onattribname(): void {}
  oncdata(): void {}
  onclosetag(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onend(): void {}
  onopentagend(): void {}
  onopentagname(): void {}
  onprocessinginstruction(): void {}
  onselfclosingtag(): void {}
  ontext(): void {}
}
