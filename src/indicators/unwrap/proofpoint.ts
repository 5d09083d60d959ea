import { base64Decoded, parameterReader, percentDecoded, withPlainScheme } from './decode.js';
import type { Wrapper } from './service.js';

const escaped = parameterReader('u');

/** URL Defense v1: `/v1/url?u=<percent-encoded>&k=…`. */
export function proofpointV1({ rest }: Wrapper): string | null {
  const value = escaped(rest);
  return value === null ? null : unescaped(percentDecoded(value));
}

/** v2: `/v2/url?u=<URL>&d=…`, in which `-` stands for `%` and `_` for `/`. */
export function proofpointV2({ rest }: Wrapper): string | null {
  const value = escaped(rest);
  return value === null ? null : unescaped(percentDecoded(value.replaceAll('-', '%').replaceAll('_', '/')));
}

/** The two rewrote the source of HTML, in which `&` is `&amp;`. */
function unescaped(url: string): string {
  return url.replaceAll('&amp;', '&');
}

const runLengths = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const opening = '/v3/__';

/**
 * v3: `/v3/__<URL>__;<base64>!…`. Characters that mail programs might change are `*` in the URL, a run of them `**X`
 * with X for its length (A is 2), and stand in the base64 part one behind the other.
 */
export function proofpointV3({ rest }: Wrapper): string | null {
  const start = rest.indexOf(opening) + opening.length;
  const end = rest.indexOf('__;', start);
  if (end < 0) return withPlainScheme(rest.slice(start)).replace(/_{1,2}$/, '');
  const bang = rest.indexOf('!', end);
  const taken = Array.from(base64Decoded(rest.slice(end + 3, bang < 0 ? undefined : bang)));
  let next = 0;
  const take = (count: number) => {
    const characters = taken.slice(next, next + count).join('');
    next += count;
    return characters;
  };
  return withPlainScheme(rest.slice(start, end)).replaceAll(/\*(?:\*([\w-]))?/g, (token, length?: string) => {
    // More tokens than characters: forged or damaged, and better shown as it stands.
    if (next >= taken.length) return token;
    return take(length === undefined ? 1 : runLengths.indexOf(length) + 2);
  });
}
