import { percentDecoded } from '../unwrap/decode.js';
import {
  type Caller,
  fromCodes,
  isNumbers,
  type List,
  type Maybe,
  type Members,
  maxConstant,
  type Native,
  textOf,
  type Value,
} from './script-values.js';

/** `window`, `self` and their kin: its members are the variables and what stands below. */
export const globalObject: Members = new Map();

/** The functions of a browser that make constants of constants, write into the page, or run a text. */
export const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['window', 'self', 'globalThis', 'top', 'parent', 'frames', 'this'].map((name) => [name, globalObject] as const),
  ['atob', ofText((text) => Buffer.from(text.replaceAll(/\s/g, ''), 'base64').toString('latin1'))],
  ['unescape', ofText(unescaped)],
  ['escape', ofText(escaped)],
  ['decodeURIComponent', ofText(percentDecoded)],
  ['decodeURI', ofText(percentDecoded)],
  ['Number', ofText((text) => (Number.isFinite(Number(text)) ? Number(text) : undefined))],
  ['parseInt', { kind: 'native', call: ([text, base]) => parsed(textOf(text), base) }],
  [
    'String',
    withMembers(
      ofText((text) => text),
      { fromCharCode: ofCodes(fromCodes), fromCodePoint: ofCodes(ofPoints), raw: ofText((text) => text) },
    ),
  ],
  ['RegExp', { kind: 'native', call: ([source, flags]) => pattern(source, flags) }],
  ['Array', withMembers({ kind: 'native', call: (given) => [...given] }, listMakers())],
  ...['Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Uint32Array'].map(
    (name) => [name, withMembers({ kind: 'native', call: listFrom }, listMakers())] as const,
  ),
  ['TextDecoder', { kind: 'native', call: () => new Map([['decode', { kind: 'native', call: utf8 }]]) }],
  ['Blob', { kind: 'native', call: ([pieces], calls) => blob(pieces, calls) }],
  ['File', { kind: 'native', call: ([pieces], calls) => blob(pieces, calls) }],
  ['document', new Map(['write', 'writeln'].map((name) => [name, { kind: 'native', call: write }]))],
  ...['eval', 'setTimeout', 'setInterval', 'execScript'].map((name) => [name, ofCode(0)] as const),
  ['Function', ofCode(-1)],
]);

function withMembers(native: Native, members: Readonly<Record<string, Value>>): Native {
  return { ...native, members: new Map(Object.entries(members)) };
}

function ofText(make: (text: string) => Maybe): Native {
  return {
    kind: 'native',
    call: ([given], calls) => {
      const text = textOf(given);
      return text !== undefined && calls.spend(text.length) ? make(text) : undefined;
    },
  };
}

function ofCodes(make: (codes: readonly number[]) => string): Native {
  return {
    kind: 'native',
    call: (given, calls) => {
      const codes = given.map((code) => (typeof code === 'string' ? Number(code) : code));
      return isNumbers(codes) && calls.spend(codes.length) ? make(codes) : undefined;
    },
  };
}

function ofPoints(codes: readonly number[]): string {
  return codes
    .map((code) => (Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''))
    .join('');
}

/** Those that run a text, which stands first or last. */
function ofCode(position: 0 | -1): Native {
  return {
    kind: 'native',
    call: (given, calls) => {
      const text = given.at(position);
      if (typeof text === 'string') calls.code(text);
      return undefined;
    },
  };
}

function write(given: readonly Maybe[], calls: Caller): Maybe {
  for (const text of given) if (typeof text === 'string') calls.write(text);
  return given.every((text) => typeof text === 'string') ? '' : undefined;
}

function listMakers(): Record<string, Value> {
  return { from: { kind: 'native', call: listFrom }, of: { kind: 'native', call: (given) => [...given] } };
}

function listFrom([from, make]: readonly Maybe[], calls: Caller): Maybe {
  if (typeof from !== 'string' && !Array.isArray(from)) return undefined;
  if (!calls.spend(from.length)) return undefined;
  const list: List = [...from];
  return make === undefined ? list : list.map((member, index) => calls.call(make, [member, index]));
}

function utf8([bytes]: readonly Maybe[], calls: Caller): Maybe {
  return isNumbers(bytes) && calls.spend(bytes.length) ? Buffer.from(bytes).toString('utf8') : undefined;
}

/** A file that a script makes of texts and bytes. */
function blob(pieces: Maybe, calls: Caller): Maybe {
  if (!Array.isArray(pieces)) return undefined;
  const texts = pieces.map((piece) => (isNumbers(piece) ? utf8([piece], calls) : piece));
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  return calls.spend(texts.reduce((sum, text) => sum + text.length, 0)) ? texts.join('') : undefined;
}

function parsed(text: string | undefined, base: Maybe): Maybe {
  if (text === undefined || text.length > 100) return undefined;
  const number = Number.parseInt(text, typeof base === 'number' ? base : 10);
  return Number.isNaN(number) ? undefined : number;
}

function pattern(source: Maybe, flags: Maybe): Maybe {
  if (typeof source !== 'string') return undefined;
  return { kind: 'pattern', source, flags: typeof flags === 'string' ? flags : '' };
}

function unescaped(text: string): string {
  return text.replaceAll(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, wide?: string, narrow?: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow ?? '', 16)),
  );
}

/** `decodeURIComponent(escape(text))` makes UTF-8 of bytes. */
function escaped(text: string): Maybe {
  if (text.length > maxConstant) return undefined;
  return text.replaceAll(/[^\w@*+./-]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `%${code.toString(16).padStart(2, '0')}` : `%u${code.toString(16).padStart(4, '0')}`;
  });
}
