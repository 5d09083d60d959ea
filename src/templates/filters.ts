import { Parser } from 'htmlparser2';
import { didYouMean, nearest } from '../config/nearest.js';
import { refang } from '../feeds/formats/refang.js';
import { defang } from '../indicators/urls/defang.js';

/** What a template may do to a value: `{first_seen|first:10}`. */
export type Filter = (text: string) => string;

/** The filter of this name; a text says what is wrong with its use. */
export function makeFilter(name: string, argument: string | undefined): Filter | string {
  if (name === 'first') {
    const length = Number(argument);
    if (!Number.isInteger(length) || length < 1) return '`first` needs a number of characters, like `first:10`';
    return (text) => firstCharacters(text, length);
  }
  if (name === 'map') return mapped(argument);
  if (name === 'split') return '`split` needs what stands between two values, like `split:,`';
  const filter = filters.get(name);
  if (filter === undefined) {
    const known = ['first', 'or', ...filters.keys(), 'map', 'split'];
    const advice = didYouMean(nearest(name, known));
    return `there is no filter \`${name}\`; known are ${known.join(', ')}${advice}`;
  }
  return argument === undefined ? filter : `\`${name}\` takes nothing after a colon`;
}

const filters: ReadonlyMap<string, Filter> = new Map([
  ['lower', (text) => text.toLowerCase()],
  ['upper', (text) => text.toUpperCase()],
  ['trim', (text) => text.trim()],
  ['refang', refang],
  ['unescape', unescapeHtml],
  ['defang', (text) => text.replace(/[^\s,]+/g, defangWord)],
  ['iso', isoTime],
]);

/** A word may hold its URL behind others, as in `Click:https://evil.example/`, and is a link all the same. */
function defangWord(word: string): string {
  const at = Math.max(word.search(/(?<![a-z0-9])(?:https?|ftps?):\/\//i), 0);
  return defang(word.slice(0, at)) + defang(word.slice(at));
}

/** `map:60=Medium,80=High`: what stands in no pair stays as it is. */
function mapped(argument: string | undefined): Filter | string {
  const pairs = (argument ?? '').split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 1 ? undefined : ([pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const);
  });
  const known = new Map(pairs.filter((pair) => pair !== undefined));
  if (known.size !== pairs.length) return '`map` needs pairs of different values, like `map:60=Medium,80=High`';
  return (text) => known.get(text) ?? text;
}

/** Unix milliseconds as a time of ISO 8601, `2026-11-21T09:30:00.000Z`; anything else stays as it is. */
function isoTime(text: string): string {
  const date = new Date(/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

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
