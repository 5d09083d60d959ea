import { isIPv4 } from 'node:net';
import { hostNameOf, isMailHost } from '../observables/registrable-domain.js';

export interface SpacedHost {
  /** Without the blanks. */
  readonly host: string;
  /** Behind it, and behind a blank before its path. */
  readonly end: number;
}

const firstPiece = /[\p{L}\p{N}.-]{1,253}/uy;
/** In lower case: a capital begins the next sentence. */
const nextPiece = /[ \t]\.[ \t]?([\p{Ll}\p{Lo}\p{N}-]{1,63})/uy;
const blankBeforePath = /[ \t](?=[/][^\s/])/y;
const mostPieces = 10;

/**
 * `evil . example`, with blanks around its dots. Only behind a scheme that somebody made harmless, since else sentences
 * look the same; only what is a host with them and none without; and no more of them than make a host. Linear: looks
 * at a bounded piece of the text.
 */
export function spacedHostAt(text: string, start: number): SpacedHost | null {
  const first = matchAt(firstPiece, text, start);
  if (first === null || isHost(first[0])) return null;
  let host = first[0];
  let at = start + host.length;
  let longest: SpacedHost | null = null;
  for (let pieces = 1; pieces < mostPieces; pieces++) {
    const next = matchAt(nextPiece, text, at);
    if (next === null) break;
    host += `.${next[1]}`;
    at += next[0].length;
    if (isHost(host)) longest = { host, end: at };
  }
  if (longest === null) return null;
  return matchAt(blankBeforePath, text, longest.end) === null ? longest : { ...longest, end: longest.end + 1 };
}

function isHost(text: string): boolean {
  const name = hostNameOf(text);
  return name === undefined ? isIPv4(text) : isMailHost(name);
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
