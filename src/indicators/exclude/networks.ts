import ipaddr from 'ipaddr.js';

/** A set of networks. A look-up costs one step for each length of prefix in it, however many networks there are. */
export class Networks {
  readonly #prefixes = new Map<number, Set<string>>();

  /** @param network `198.51.100.0/24`, `2001:db8::/32`, or an address. False: it is none of them. */
  add(network: string): boolean {
    const text = network.includes('/') ? network : `${network}/${network.includes(':') ? 128 : 32}`;
    if (!ipaddr.isValidCIDR(text)) return false;
    const [address, bits] = ipaddr.parseCIDR(text);
    const key = prefixKey(address, bits);
    const kind = kindAndBits(address, bits);
    const known = this.#prefixes.get(kind) ?? new Set();
    this.#prefixes.set(kind, known.add(key));
    return true;
  }

  has(ip: string): boolean {
    if (this.#prefixes.size === 0 || !ipaddr.isValid(ip)) return false;
    const address = ipaddr.process(ip);
    const offset = address.kind() === 'ipv4' ? 0 : ipv6Offset;
    for (const [kind, keys] of this.#prefixes) {
      const bits = kind - offset;
      const mine = offset === 0 ? kind < ipv6Offset : kind >= ipv6Offset;
      if (mine && keys.has(prefixKey(address, bits))) return true;
    }
    return false;
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
const ipv6Offset = 1000;

function kindAndBits(address: Address, bits: number): number {
  return (address.kind() === 'ipv4' ? 0 : ipv6Offset) + bits;
}

/** The first so many bits of the address. */
function prefixKey(address: Address, bits: number): string {
  const bytes = address.toByteArray();
  const whole = bits >> 3;
  const rest = bits & 7;
  const last = rest === 0 ? '' : `/${(bytes[whole] ?? 0) >> (8 - rest)}`;
  return bytes.slice(0, whole).join('.') + last;
}
