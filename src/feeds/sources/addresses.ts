import ipaddr from 'ipaddr.js';

const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public Internet. Everything that is not known to be is none: private, loopback,
 * link-local, shared (RFC 6598), multicast, reserved, tunnels. An IPv6 address that stands for an IPv4 address
 * (mapped, or of the well-known NAT64 prefix, RFC 6052, as DNS64 gives for every server) is judged by that one.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  if (address.match(nat64)) return isPublicAddress(ipaddr.fromByteArray(address.toByteArray().slice(-4)).toString());
  return address.range() === 'unicast' && address.match(globalUnicast);
}
