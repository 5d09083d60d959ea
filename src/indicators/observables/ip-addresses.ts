import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { detached } from '../../text/detached.js';

export interface IpAddress {
  readonly type: 'ipv4' | 'ipv6';
  /** As RFC 5952 writes it. */
  readonly value: string;
}

/** RFC 5737 and RFC 3849: nobody is behind them, and exercises and documentation are written with them. */
const documentation = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((range) =>
  ipaddr.parseCIDR(range),
);

const fourNumbers = /(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d|\/\d)/g;
/** `version 10.0.19041.1`, `v1.2.3.4`, `Firmware 4.3.2.1` */
const versionBefore = /(?:\bv|\bver\.?|version|release|build|firmware|update|section|chapter|§)[ \t]{0,3}$/i;
const versionWindow = 16;

/** Global unicast (RFC 4291 §2.4) starts with 2 or 3; `12:30:45`, `ab::cd` and C++ are none. */
const colonGroups = /(?<![\w:.])[23][0-9a-f]{3}:[0-9a-f:]{1,40}(?:\.\d{1,3}){0,3}(?![\w:]|\/\d)/gi;

/** The public addresses of a text, in order of appearance. Networks (`198.51.100.0/24`) and version numbers are none. */
export function findIpAddresses(text: string): IpAddress[] {
  const found: (IpAddress & { readonly at: number })[] = [];
  for (const match of text.matchAll(fourNumbers)) {
    if (versionBefore.test(text.slice(Math.max(0, match.index - versionWindow), match.index))) continue;
    const address = publicIp(match[0]);
    if (address !== undefined) found.push({ ...address, at: match.index });
  }
  for (const match of text.matchAll(colonGroups)) {
    const address = publicIp(match[0]);
    if (address !== undefined) found.push({ ...address, at: match.index });
  }
  return found.sort((a, b) => a.at - b.at).map(({ type, value }) => ({ type, value }));
}

/** All mail of a site comes through the same few servers. */
const known = new Map<string, IpAddress | undefined>();
const mostKnown = 5000;

/** Undefined where the text is no address of the public Internet. Leading zeros are refused: they may be octal. */
export function publicIp(text: string): IpAddress | undefined {
  // Nearly all that is asked for are names of hosts, which ipaddr.js would tell by an exception for each.
  if (isIP(text) === 0) return undefined;
  if (known.has(text)) return known.get(text);
  if (known.size >= mostKnown) known.clear();
  const address = readPublicIp(text);
  known.set(detached(text), address);
  return address;
}

function readPublicIp(text: string): IpAddress | undefined {
  const address = ipaddr.process(text);
  const reachable =
    address.range() === 'unicast' ||
    documentation.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  if (!reachable) return undefined;
  if (address.kind() === 'ipv4') return { type: 'ipv4', value: address.toString() };
  return { type: 'ipv6', value: new ipaddr.IPv6(address.toByteArray()).toRFC5952String() };
}
