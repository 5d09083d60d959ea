import type { Indicator } from '../observables/types.js';
import type { FoundUrl } from '../types.js';
import { candidateOf } from './candidate.js';

/** What others say of values: value → the list that it is on. */
export type Known = ReadonlyMap<string, string>;

/** What a list of others has to be asked for, so that `Exclusion.apply` knows all it may look for. */
export function valuesToAsk(urls: readonly FoundUrl[], indicators: readonly Indicator[]): readonly string[] {
  const values = new Set<string>();
  const add = (type: 'url' | Indicator['type'], value: string) => {
    for (const each of namesOf(candidateOf(type, value))) values.add(each);
  };
  for (const { url } of urls) add('url', url);
  for (const { type, value } of indicators) add(type, value);
  return [...values];
}

/** Under which values a list may have it: itself, its host, its IP address. */
export function namesOf({ value, host, ip }: ReturnType<typeof candidateOf>): readonly string[] {
  return [value, ...(host === undefined ? [] : [host]), ...(ip === undefined ? [] : [ip])];
}
