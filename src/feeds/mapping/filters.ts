import { Parser } from 'htmlparser2';
import { refang } from '../formats/refang.js';

/** What a template may do to a column: `{first_seen|first:10}`. */
export type Filter = (text: string) => string;

/** The filter of this name; a text says what is wrong with its use. */
export function makeFilter(name: string, argument: string | undefined): Filter | string {
  if (name === 'first') {
    const length = Number(argument);
    if (!Number.isInteger(length) || length < 1) return '`first` needs a number of characters, like `first:10`';
    return (text) => firstCharacters(text, length);
  }
  if (name === 'split') return '`split` needs what stands between two values, like `split:,`';
  const filter = filters.get(name);
  if (filter === undefined)
    return `there is no filter \`${name}\`; known are first, or, ${[...filters.keys(), 'split'].join(', ')}`;
  return argument === undefined ? filter : `\`${name}\` takes nothing after a colon`;
}

const filters: ReadonlyMap<string, Filter> = new Map([
  ['lower', (text) => text.toLowerCase()],
  ['upper', (text) => text.toUpperCase()],
  ['trim', (text) => text.trim()],
  ['refang', refang],
  ['unescape', unescapeHtml],
]);

/** Whole characters, also beyond U+FFFF. */
function firstCharacters(text: string, length: number): string {
  if (text.length <= length) return text;
  const units = text.slice(0, length);
  return /[\uD800-\uDBFF]/.test(units) ? [...text].slice(0, length).join('') : units;
}

/** References of HTML, also where they were escaped twice or three times: `&amp;amp;` → `&`. */
function unescapeHtml(text: string): string {
  let plain = text;
  for (let times = 0; times < 3 && plain.includes('&'); times += 1) {
    const next = plain.replace(/&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/gi, character);
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

function character(reference: string): string {
  let text = '';
  const parser = new Parser({ ontext: (piece) => (text += piece) }, { decodeEntities: true });
  parser.end(reference);
  return text;
}
