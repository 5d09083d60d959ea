import { isIP, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IP address as PHP's FILTER_VALIDATE_IP takes it: no zone, no leading zeros. */
export function isIp(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** Why the text is no address and no network (`198.51.100.0/24`); undefined where it is one. */
export function ipComplaint(text: string): string | undefined {
  const [address = '', bits, ...more] = text.split('/');
  if (!isIp(address)) return 'the address has an invalid format';
  if (bits === undefined) return undefined;
  const most = isIPv4(address) ? 32 : 128;
  if (more.length > 0 || !/^\d+$/.test(bits) || Number(bits) > most) {
    return `after the / a number up to ${most} has to stand`;
  }
  return undefined;
}

/** As inet_ntop writes it: IPv6 compressed, in lower case. A network of one address is that address. */
export function normaliseIp(text: string): string {
  const slash = text.indexOf('/');
  if (slash <= 0) return compressed(text);
  const address = compressed(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  return bits === (text.includes(':') ? '128' : '32') ? address : `${address}/${bits}`;
}

function compressed(text: string): string {
  if (!text.includes(':') || !isIPv6(text) || text.includes('%')) return text;
  const groups = ipv6Groups(text);
  const lead = groups.findIndex((group) => group !== 0);
  const [high = 0, low = 0] = groups.slice(6);
  // inet_ntop writes IPv4-mapped (RFC 4291 §2.5.5.2) and IPv4-compatible addresses with dots.
  const dotted = `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  if (lead === 5 && groups[5] === 0xffff) return `::ffff:${dotted}`;
  return lead === 6 ? `::${dotted}` : new ipaddr.IPv6(groups).toRFC5952String();
}

/** The eight groups of an address. Not by ipaddr.js, for which `::1.2.3.4` is an IPv4-mapped one. */
function ipv6Groups(text: string): number[] {
  const hex = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_match, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [before = [], after = []] = hex
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))));
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

/** Address and port in any of the notations of MISP; undefined where there is no port. */
export function splitIpAndPort(text: string): readonly [string, string] | undefined {
  const pattern = text.indexOf(':') === text.lastIndexOf(':') ? /^([^:|]*)[:|](.*)$/s : ipv6AndPort(text);
  const [, address, port] = pattern.exec(text) ?? [];
  return address === undefined || port === undefined ? undefined : [address, port];
}

function ipv6AndPort(text: string): RegExp {
  if (text.includes('|')) return /^([^|]*)\|(.*)$/s;
  if (text.startsWith('[')) return /^\[([^\]]*)\]:(.*)$/s;
  if (text.includes('.')) return /^(.*)\.([^.]*)$/s;
  // `2001:db8::1 port 80`, `2001:db8::1p80`, `2001:db8::1#80`; without any of them the last colon is it.
  if (text.includes(' port ')) return /^(.*) port (.*)$/s;
  return /[p#]/.test(text) ? /^([^p#]*)[p#](.*)$/s : /^(.*):([^:]*)$/s;
}
