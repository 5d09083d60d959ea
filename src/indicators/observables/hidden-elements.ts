import type { OpenElements, StartTag } from '../urls/open-elements.js';
import {
  colourOf,
  type Hiding,
  type HidingRule,
  hidingOf,
  hidingRules,
  isColour,
  isShownAgain,
} from './hidden-style.js';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const paragraphEnds = words(
  'address article aside blockquote center details dir div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section table ul',
);
/** What a start tag ends without an end tag (HTML Standard §13.1.2.4). */
const endedBy: ReadonlyMap<string, readonly string[]> = new Map([
  ['li', ['li']],
  ['dt', ['dt', 'dd']],
  ['dd', ['dt', 'dd']],
  ['td', ['td', 'th']],
  ['th', ['td', 'th']],
  ['tr', ['td', 'th', 'tr']],
  ['tbody', ['td', 'th', 'tr', 'tbody', 'thead']],
  ['tfoot', ['td', 'th', 'tr', 'tbody', 'thead']],
  ['option', ['option']],
]);
/** They go on behind the end of what is around them, up to their own end. */
const formattingTags = words('a b big code em font i nobr s small strike strong tt u');
const wholeTags = words('html body');

const mayHide = /style|hidden|color/i;
const maxStyleSheets = 100;
/** Elements within each other that hide, or show again. */
const maxMarks = 50;

/** White letters on white paper are seen where something else is behind them. */
type Reason = Hiding | 'white';

/** An element from which on text is hidden, or is seen again. */
interface Mark {
  readonly tag: string;
  /** How many elements were open with it. */
  readonly depth: number;
  /** Empty: it is seen. */
  readonly reasons: readonly Reason[];
  /** Of formatting elements: how many of the name are open. */
  nested: number;
}

export interface HidingTag extends StartTag {
  readonly attributes: ReadonlyMap<string, string>;
}

/** Whether a document may hide anything: told by one quick search. */
export function mayHideText(html: string): boolean {
  return mayHide.test(html);
}

/** Follows which elements of a document are open, and tells whether what stands in them is seen. */
export class HiddenElements {
  readonly #open: OpenElements;
  readonly #rules: ReadonlyMap<string, HidingRule>;
  /** The tag where a background stands first: before it white letters stand on white paper. */
  readonly #background: number;
  /** The innermost last. */
  #marks: Mark[] = [];

  constructor(html: string, open: OpenElements) {
    this.#open = open;
    this.#rules = hidingRules(styleSheets(html));
    const background = html.search(/background|bgcolor/i);
    this.#background = background < 0 ? html.length : html.lastIndexOf('<', background);
  }

  get hidden(): boolean {
    return this.#reasons.length > 0;
  }

  get #reasons(): readonly Reason[] {
    return this.#marks.at(-1)?.reasons ?? [];
  }

  /** @param at where in the document the tag stands */
  start(tag: HidingTag, at: number): void {
    const { name } = tag;
    if (!this.#open.foreign) {
      if (paragraphEnds.has(name)) this.#open.end('p');
      for (const ended of endedBy.get(name) ?? []) this.#open.end(ended);
    }
    this.#endOutside();
    const before = this.#open.depth;
    this.#open.start(tag);
    this.#endOutside();
    for (const mark of this.#marks) if (mark.tag === name) mark.nested += 1;
    if (this.#open.depth <= before && !wholeTags.has(name)) return;
    const around = this.#reasons;
    if (around.includes('box') || this.#marks.length >= maxMarks) return;
    const reasons = [...around.filter((reason) => !this.#endsReason(tag, at, reason)), ...this.#ownReasons(tag, at)];
    if (reasons.length === around.length && reasons.every((reason) => around.includes(reason))) return;
    this.#marks.push({ tag: name, depth: this.#open.depth, reasons: [...new Set(reasons)], nested: 1 });
  }

  end(name: string): void {
    this.#open.end(name);
    if (this.#marks.length > 0 && formattingTags.has(name)) {
      for (const mark of this.#marks) if (mark.tag === name) mark.nested -= 1;
      this.#marks = this.#marks.filter(({ tag, nested }) => tag !== name || nested > 0);
    }
    this.#endOutside();
  }

  #endOutside(): void {
    const { depth } = this.#open;
    const isOutside = (mark: Mark) => depth < mark.depth && !formattingTags.has(mark.tag);
    if (this.#marks.some(isOutside)) this.#marks = this.#marks.filter((mark) => !isOutside(mark));
  }

  #ownReasons({ name, attributes }: HidingTag, at: number): readonly Reason[] {
    const style = attributes.get('style') ?? '';
    const own: Reason[] = [...hidingOf(style)];
    if (attributes.has('hidden')) own.push('box');
    if (at < this.#background && colourOf(ownColour(attributes)) === 'white') own.push('white');
    // What the element itself says counts before any style sheet.
    if (own.length > 0 || this.#rules.size === 0 || /display|visibility/i.test(style)) return own;
    const classes = (attributes.get('class') ?? '').toLowerCase().split(/\s+/, 20);
    const marks = [...classes.map((one) => `.${one}`), `#${(attributes.get('id') ?? '').toLowerCase()}`];
    const rules = [name, ...marks, ...marks.map((mark) => name + mark)].map((selector) => this.#rules.get(selector));
    const first = rules.reduce((one, other) => ((other?.rank ?? -1) > (one?.rank ?? -1) ? other : one), undefined);
    return (first?.hiding ?? []).filter((reason) => !isShownAgain(style, reason));
  }

  #endsReason({ attributes }: HidingTag, at: number, reason: Reason): boolean {
    if (reason === 'white') return at >= this.#background || isColour(ownColour(attributes));
    if (reason === 'color' && isColour(attributes.get('color') ?? '')) return true;
    return isShownAgain(attributes.get('style') ?? '', reason);
  }
}

function ownColour(attributes: ReadonlyMap<string, string>): string {
  const style = attributes.get('style') ?? '';
  return /(?:^|[;\s])color\s*:\s*([^;!]{1,40})/i.exec(style)?.[1] ?? attributes.get('color') ?? '';
}

/** What stands in all `<style>` together. */
function styleSheets(html: string): string {
  const sheets: string[] = [];
  const tag = /<style(?=[\s/>])/gi;
  const end = /<\/style/gi;
  for (let found = tag.exec(html); found !== null && sheets.length < maxStyleSheets; found = tag.exec(html)) {
    const start = html.indexOf('>', tag.lastIndex) + 1;
    if (start === 0) break;
    end.lastIndex = start;
    const close = end.exec(html)?.index ?? html.length;
    sheets.push(html.slice(start, close));
    tag.lastIndex = close;
  }
  return sheets.join('\n');
}
