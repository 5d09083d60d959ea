import { parseAnyUrl } from '../../url/parse-any-url.js';
import type { IndicatorType } from '../observables/types.js';

/** A URL or another indicator, as lists look at it. */
export interface Candidate {
  readonly type: 'url' | IndicatorType;
  readonly value: string;
  /** Of a URL, host, domain or mail address: the host in ASCII. Of an IP address and a URL of one: absent. */
  readonly host?: string;
  readonly ip?: string;
}

export function candidateOf(type: Candidate['type'], value: string): Candidate {
  if (type === 'ipv4' || type === 'ipv6') return { type, value, ip: value };
  if (type === 'domain' || type === 'host') return { type, value, host: value };
  if (type === 'email') return { type, value, host: value.slice(value.lastIndexOf('@') + 1) };
  const url = type === 'url' ? parseAnyUrl(value) : null;
  if (url === null) return { type, value };
  const { hostname } = url;
  const ip = /^(?:\[(.*)\]|(\d+\.\d+\.\d+\.\d+))$/.exec(hostname);
  return ip === null ? { type, value, host: hostname } : { type, value, ip: ip[1] ?? hostname };
}
