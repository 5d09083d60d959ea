import { domainToASCII } from 'node:url';
import { parse } from 'tldts';
import { detached } from '../../text/detached.js';

/** A host name as the public suffix list divides it. */
export interface HostName {
  /** In ASCII and lower case, without a final dot. */
  readonly host: string;
  /** What somebody registered: `example.co.uk`, and also `someone.github.io`, since who has that has no other of it. */
  readonly domain: string;
  /** Its ending is on the public suffix list. */
  readonly known: boolean;
}

const maxHostChars = 253;
/** RFC 1123 §2.1, and the underscore that names of services have (RFC 8552). */
const hostLabel = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;
/** RFC 2606 §2: what documentation and exercises are written with. */
const reserved = /\.(?:example|test)$/;

/** The list is slow to ask, and a mail names the same few hosts again and again. */
const known = new Map<string, HostName | undefined>();
const mostKnown = 5000;

/** Undefined for IP addresses, single words, public suffixes alone and what is no host name. */
export function hostNameOf(text: string): HostName | undefined {
  if (text.length > maxHostChars || !/[.。．｡]/.test(text)) return undefined;
  if (known.has(text)) return known.get(text);
  if (known.size >= mostKnown) known.clear();
  const own = detached(text);
  const name = readHostName(own);
  known.set(own, name);
  return name;
}

function readHostName(text: string): HostName | undefined {
  const plain = /^[a-z0-9.-]+$/i.test(text) && !/xn--/i.test(text);
  const ascii = (plain ? text.toLowerCase() : domainToASCII(text)).replace(/\.$/, '');
  if (ascii === '' || ascii.length > maxHostChars || !ascii.includes('.')) return undefined;
  const { domain, isIp, isIcann, isPrivate } = parse(ascii, { allowPrivateDomains: true, extractHostname: false });
  if (domain === null || isIp === true || !ascii.split('.').every((label) => hostLabel.test(label))) return undefined;
  return { host: ascii, domain, known: isIcann === true || isPrivate === true };
}

/** Of a mail address; undefined where it has none. */
export function domainOfAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  return at < 0 ? undefined : hostNameOf(address.slice(at + 1))?.domain;
}

/** Whether text without a scheme or an @ before it may be taken for a host. */
export function isMailHost({ host, known }: HostName): boolean {
  return known || reserved.test(host);
}
