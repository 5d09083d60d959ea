import { compileExpression, type Expression } from '../expressions/expression.js';
import { htmlText } from '../indicators/observables/html-text.js';
import type { FoundText } from '../indicators/types.js';
import { boundedValue, maxValueChars } from './bounded-value.js';
import type { TextPart } from './part-sink.js';
import type { ExtractionEffort } from './search-text.js';
import type { Wanted } from './wanted.js';

/** Of one mail, for one expression; a large expression gets less, since its time grows with both. */
const maxChars = 500_000;
const maxSteps = 50_000_000;
/** Of all expressions: they must leave time for the rest of the mail, its files most of all. */
const maxStepsOfAll = 400_000_000;
/** Of one expression, in all texts of a mail. */
const maxValues = 50;
/** Of one expression that may find long values, all of them together. */
const maxLongChars = 100_000;
/** Of one expression in one text, those of known values too. */
const maxMatches = 5000;
/** Of one HTML document. */
const maxHtmlChars = 4_000_000;

interface Search {
  readonly expression: Expression;
  readonly long: boolean;
  leftLongChars: number;
  leftChars: number;
  leftValues: number;
}

/** Seeks what expressions of the configuration match in the texts of one mail, in bounded time and memory. */
export class BodySearch {
  readonly #searches: readonly Search[];
  readonly #found = new Map<string, FoundText>();
  readonly #rests: boolean;
  /** Not all of the text was searched, or not all that matches is told. */
  cut: boolean;

  constructor(wanted: Wanted | undefined, effort: ExtractionEffort) {
    const { inBody = [], longInBody = [] } = wanted ?? {};
    const steps = Math.min(maxSteps, maxStepsOfAll / inBody.length);
    this.#searches = inBody.map((source) => {
      const expression = compiledOnce(source);
      const leftChars = Math.min(maxChars, Math.ceil(steps / expression.size));
      const long = longInBody.includes(source);
      return { expression, long, leftLongChars: maxLongChars, leftChars, leftValues: maxValues };
    });
    // The expressions may be what a first reading took too long over.
    this.#rests = effort === 'plain' || effort === 'simple';
    this.cut = this.#rests && this.#searches.length > 0;
  }

  /** @param html whether the source is an HTML document, of which only what a person reads counts */
  take(source: string, html: boolean, { part, urlKind }: TextPart): void {
    if (this.#rests || this.#searches.length === 0 || urlKind !== null) return;
    if (html && source.length > maxHtmlChars) this.cut = true;
    const text = html ? htmlText(source.slice(0, maxHtmlChars)).text : source;
    for (const search of this.#searches) this.#take(search, text, part ?? undefined);
  }

  end(): readonly FoundText[] {
    return [...this.#found.values()];
  }

  #take(search: Search, text: string, part: string | undefined): void {
    const piece = text.slice(0, search.leftChars);
    if (piece.length < text.length) this.cut = true;
    search.leftChars -= piece.length;
    const { source } = search.expression;
    const most = maxValueChars(search.long);
    let leftMatches = maxMatches;
    for (const match of search.expression.each(piece)) {
      const value = boundedValue(match, search.long);
      const key = JSON.stringify([source, part, value]);
      const isKnown = value === '' || this.#found.has(key);
      leftMatches -= 1;
      if (leftMatches < 0 || (!isKnown && (search.leftValues === 0 || value.length > search.leftLongChars))) {
        this.cut = true;
        return;
      }
      if (isKnown) continue;
      if (match.length > most) this.cut = true;
      this.#found.set(key, { expression: source, value, ...(part === undefined ? {} : { part }) });
      search.leftValues -= 1;
      search.leftLongChars -= value.length;
    }
  }
}

/** Of the configuration there are few. */
const compiled = new Map<string, Expression>();
const maxCompiled = 1000;

function compiledOnce(source: string): Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = compileExpression(source);
  if (compiled.size < maxCompiled) compiled.set(source, expression);
  return expression;
}
