const maxStyleChars = 4000;
const maxCssChars = 200_000;
const maxRules = 500;

const sides = ['height', 'max-height', 'width', 'max-width'];
const wholeOf: ReadonlySet<string> = new Set(['inherit', 'initial', 'unset', 'revert', 'revert-layer']);

/** By what a style hides. What is within shows again by a value of its own, but within a box of which nothing is seen. */
export type Hiding = 'box' | 'visibility' | 'font-size' | 'color';

/** Of an element, or a rule for it: why nobody sees its text, in a mail program or a browser. Empty: it is seen. Linear. */
export function hidingOf(style: string): readonly Hiding[] {
  if (style === '') return [];
  const set = declarations(style.slice(0, maxStyleChars));
  const value = (name: string) => set.get(name)?.value ?? '';
  const found: Hiding[] = [];
  if (isHiddenBox(value)) found.push('box');
  if (/^(?:hidden|collapse)$/.test(value('visibility'))) found.push('visibility');
  if (isTiny(value('font-size'))) found.push('font-size');
  const colour = value('color');
  const background = value('background-color') || value('background');
  const isNone = /^(?:transparent$|rgba\(.*,\s*0(?:\.0*)?\)$|#[\da-f]{3}0$|#[\da-f]{6}00$)/.test(colour);
  // Two that are inherited are two different colours.
  const isSame = background !== '' && !wholeOf.has(background) && colourOf(colour) === colourOf(background);
  if (isNone || isSame) found.push('color');
  return found;
}

/** Whether the element's own style gives what is within another look than what hides it. */
export function isShownAgain(style: string, hiding: Hiding): boolean {
  if (hiding === 'box' || style === '') return false;
  const set = declarations(style.slice(0, maxStyleChars));
  const value = (name: string) => set.get(name)?.value ?? '';
  if (hiding === 'visibility') return value('visibility') === 'visible';
  if (hiding === 'color') return isColour(value('color'));
  const size = value('font-size') || (/\d[\d.]*[a-z%]+/.exec(value('font'))?.[0] ?? '');
  // A part of nothing is nothing.
  return size !== '' && !wholeOf.has(size) && !isTiny(size) && !/(?:[^r]em|ex|%|smaller|larger)$/.test(size);
}

/** A colour of its own; what is inherited is none. */
export function isColour(value: string): boolean {
  const colour = value.trim().toLowerCase();
  return colour !== '' && colour !== 'currentcolor' && !wholeOf.has(colour);
}

function isHiddenBox(value: (name: string) => string): boolean {
  const clipped = /^(?:hidden|clip|scroll|auto)/.test(value('overflow'));
  const placed = /^(?:absolute|fixed|relative)$/.test(value('position'));
  return (
    value('display') === 'none' ||
    /^0(?:\.0*)?%?$/.test(value('opacity')) ||
    (clipped && sides.some((side) => /^(?:0(?:\.0*)?[a-z%]*|1px)$/.test(value(side)))) ||
    (placed && ['left', 'top'].some((side) => /^-\d{3}/.test(value(side)))) ||
    /^-\d{3}/.test(value('text-indent')) ||
    // Designs move blocks by some hundred pixels over others.
    ['margin-left', 'margin-top'].some((side) => /^-(?:\d{4}|\d{3}[\d.]*r?em)/.test(value(side))) ||
    /^rect\((?:[\s,]*[01](?:px)?){4}\s*\)$/.test(value('clip')) ||
    /\bscale[xy]?\(\s*0(?:\.0*)?\s*[,)]/.test(value('transform'))
  );
}

/** Letters that are no larger than a pixel or two. */
function isTiny(size: string): boolean {
  const [, digits, unit = ''] = /^(\d*\.?\d+|\d+\.)([a-z%]*)(?:$|\/)/.exec(size) ?? [];
  if (digits === undefined) return false;
  const number = Number(digits);
  return number === 0 || number <= (mostTiny[unit] ?? 0);
}

const mostTiny: Readonly<Record<string, number>> = { px: 1.5, pt: 1, em: 0.1, rem: 0.1, '%': 10 };

/** What a style sheet says of one selector. */
export interface HidingRule {
  readonly hiding: readonly Hiding[];
  /** The higher counts: first by what is named, `#x` before `.x` before `p`, then by what stands later. */
  readonly rank: number;
}

/** Rules for selectors of one element, class or id that decide on every screen: `.preheader`, `#x`, `div.x`. */
export function hidingRules(css: string): ReadonlyMap<string, HidingRule> {
  const found = new Map<string, HidingRule>();
  let hides = false;
  let order = 0;
  for (const [selectors, style] of rules(css.slice(0, maxCssChars))) {
    order += 1;
    const hiding = hidingOf(style);
    if (hiding.length === 0 && !/\b(?:display|visibility|opacity|font-size|color)\b/i.test(style)) continue;
    for (const selector of selectors
      .toLowerCase()
      .split(',', 20)
      .map((one) => one.trim())) {
      if (!/^[a-z0-9]*(?:[.#][\w-]+)?$/.test(selector) || selector === '') continue;
      // Of several rules for one selector the last is taken to count.
      found.set(selector, { hiding, rank: rankOf(selector) * 1_000_000 + order });
      hides ||= hiding.length > 0;
    }
  }
  return hides ? found : new Map();
}

/** CSS Selectors §17, of what stands alone. */
function rankOf(selector: string): number {
  const own = selector.includes('#') ? 100 : selector.includes('.') ? 10 : 0;
  return own + (/^[a-z]/.test(selector) ? 1 : 0);
}

/** Those at the outermost level: what stands in `@media` is for some screens only. */
function* rules(css: string): Generator<readonly [selectors: string, style: string]> {
  const text = css.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|<!--|-->/g, ' ');
  let depth = 0;
  let start = 0;
  let selectors = '';
  let left = maxRules;
  for (const { 0: sign, index } of text.matchAll(/[{}]/g)) {
    if (sign === '{') {
      if (depth === 0) selectors = text.slice(start, index).trim();
      depth += 1;
    } else {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && !selectors.startsWith('@') && left > 0) {
        yield [selectors, text.slice(start, index)];
        left -= 1;
      }
    }
    if (depth <= 1) start = index + 1;
  }
}

/** The last one of each name counts, but for `!important` (CSS Cascade §6.4.1). */
function declarations(style: string): ReadonlyMap<string, { readonly value: string; readonly important: boolean }> {
  const set = new Map<string, { readonly value: string; readonly important: boolean }>();
  for (const declaration of unescaped(style.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, '')).split(';')) {
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const written = declaration
      .slice(colon + 1)
      .trim()
      .toLowerCase();
    const mark = written.lastIndexOf('!');
    const important = mark >= 0 && written.slice(mark + 1).trim() === 'important';
    const value = important ? written.slice(0, mark).trimEnd() : written;
    if (name !== '' && (important || set.get(name)?.important !== true)) set.set(name, { value, important });
  }
  return set;
}

/** White and black by one name each, whichever way they are written. */
export function colourOf(value: string): string {
  const colour = value.trim().toLowerCase();
  if (/^(?:white|#?fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))$/.test(colour)) return 'white';
  return /^(?:black|#?000(?:000)?|rgb\(\s*0\s*,\s*0\s*,\s*0\s*\))$/.test(colour) ? 'black' : colour;
}

/** CSS Syntax §4.3.7. */
function unescaped(css: string): string {
  if (!css.includes('\\')) return css;
  return css.replaceAll(/\\([0-9a-f]{1,6})\s?/gi, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
