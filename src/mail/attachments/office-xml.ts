import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

export interface Relationship {
  /** The last name of its type: `hyperlink`, `attachedTemplate`. */
  readonly type: string;
  readonly target: string;
}

export interface OfficeXml {
  /** Paragraphs, cells, and values of attributes that may be URLs, one a line. */
  readonly text: string;
  /** Codes of fields, joined from the runs they are split over. */
  readonly fields: readonly string[];
  readonly formulas: readonly string[];
  /** To what is outside of the document. */
  readonly external: readonly Relationship[];
  /** A part of an OpenDocument file is encrypted (OpenDocument 1.3 part 2 §4.8). */
  readonly encrypted: boolean;
}

/** Elements that end a line. Runs, spans and links do not: programs split URLs over them. */
const blocks: ReadonlySet<string> = new Set(
  'p h si c row tr br cr tab line-break list-item table-cell f v lpwstr oddHeader oddFooter author comment'.split(' '),
);
const formulaTags: ReadonlySet<string> = new Set(['f', 'formula', 'formula1', 'formula2', 'definedName']);
const maxValueChars = 32 * 1024;

/**
 * Reads a part of an Office Open XML or OpenDocument file by its tokens: linear, and nothing need be well-formed.
 * @param loose every element stands for itself: properties, and XML of other makers
 */
export function readOfficeXml(xml: string, loose: boolean): OfficeXml {
  const walk = new OfficeXmlWalk(xml, loose);
  const tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: true }, walk);
  tokenizer.write(xml);
  tokenizer.end();
  return walk.result();
}

class OfficeXmlWalk implements TokenizerCallbacks {
  readonly #xml: string;
  readonly #loose: boolean;
  readonly #text: string[] = [];
  readonly #fields: string[] = [];
  readonly #formulas: string[] = [];
  readonly #external: Relationship[] = [];
  #encrypted = false;
  #tag = '';
  /** The element whose text is at hand; text behind a closing tag is of none. */
  #inside = '';
  #attribute = '';
  #value = '';
  #attributes = new Map<string, string>();
  #code = '';
  #formula = '';

  constructor(xml: string, loose: boolean) {
    this.#xml = xml;
    this.#loose = loose;
  }

  result(): OfficeXml {
    this.#endCode();
    return {
      text: this.#text.join(''),
      fields: this.#fields,
      formulas: this.#formulas,
      external: this.#external,
      encrypted: this.#encrypted,
    };
  }

  ontext(start: number, end: number): void {
    this.#add(this.#xml.slice(start, end));
  }

  ontextentity(codePoint: number): void {
    this.#add(String.fromCodePoint(codePoint));
  }

  oncdata(start: number, end: number, offset: number): void {
    this.#add(this.#xml.slice(start, end - offset));
  }

  onopentagname(start: number, end: number): void {
    this.#tag = localName(this.#xml.slice(start, end));
    this.#inside = this.#tag;
    if (this.#loose || blocks.has(this.#tag)) this.#text.push('\n');
  }

  onclosetag(start: number, end: number): void {
    const tag = localName(this.#xml.slice(start, end));
    this.#inside = '';
    if (formulaTags.has(tag)) this.#endFormula();
    if (this.#loose || blocks.has(tag)) this.#text.push('\n');
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#xml.slice(start, end);
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    if (this.#value.length < maxValueChars) this.#value += this.#xml.slice(start, end);
  }

  onattribentity(codePoint: number): void {
    if (this.#value.length < maxValueChars) this.#value += String.fromCodePoint(codePoint);
  }

  onattribend(): void {
    const name = this.#attribute;
    // Names of vocabularies.
    if (!/^xmlns(?::|$)/.test(name)) this.#attributes.set(localName(name), this.#value);
  }

  onopentagend(): void {
    if (this.#attributes.size > 0) this.#takeAttributes();
    if (this.#tag === 'encryption-data') this.#encrypted = true;
  }

  onselfclosingtag(): void {
    this.onopentagend();
    this.#inside = '';
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #takeAttributes(): void {
    const attributes = this.#attributes;
    this.#attributes = new Map();
    if (this.#tag === 'Relationship') {
      const type = attributes.get('Type') ?? '';
      const target = attributes.get('Target') ?? '';
      if (!/^external$/i.test(attributes.get('TargetMode')?.trim() ?? '')) return;
      this.#external.push({ type: type.slice(type.lastIndexOf('/') + 1), target });
      return;
    }
    if (this.#tag === 'fldChar' && attributes.get('fldCharType') !== 'begin') this.#endCode();
    for (const [name, value] of attributes) {
      if (name === 'instr') this.#fields.push(value);
      else if (name === 'formula') this.#formulas.push(value);
      else if (mayBeUrl(value)) this.#text.push('\n', value, '\n');
    }
  }

  #add(text: string): void {
    if (this.#inside === 'instrText' || this.#inside === 'delInstrText') this.#code += text;
    else if (formulaTags.has(this.#inside)) this.#formula += text;
    // Blanks between elements are none of the document's.
    else if (this.#inside === 't' || /\S/.test(text)) this.#text.push(text);
  }

  #endCode(): void {
    if (this.#code.trim() !== '') this.#fields.push(this.#code);
    this.#code = '';
  }

  #endFormula(): void {
    if (this.#formula !== '') this.#formulas.push(this.#formula);
    this.#formula = '';
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function mayBeUrl(value: string): boolean {
  return value.includes('://') || /^\s*(?:www\d?\.|mailto:)/i.test(value);
}
