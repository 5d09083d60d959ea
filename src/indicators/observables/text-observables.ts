import { findCveIds } from './cve-ids.js';
import { findHosts } from './hosts.js';
import type { IndicatorList } from './indicator-list.js';
import { findIpAddresses } from './ip-addresses.js';
import { findCoins, findHashes } from './long-words.js';
import { findMailAddresses } from './mail-addresses.js';
import { withoutDefanging, withoutUrls } from './plain-text.js';
import { hostNameOf } from './registrable-domain.js';

/** Adds what a decoded text holds besides URLs. Linear in the text. */
export function addTextObservables(text: string, part: string | undefined, list: IndicatorList): void {
  const role = 'body';
  const where = part === undefined ? {} : { part };
  const plain = withoutDefanging(text);
  const prose = withoutUrls(plain);
  for (const address of findIpAddresses(prose)) list.add({ ...address, role, ...where });
  for (const value of findMailAddresses(prose)) addAddress(value, part, list);
  for (const name of findHosts(prose)) list.addHost(name, role, part);
  for (const hash of findHashes(prose)) list.add({ ...hash, role, ...where });
  // These are sure wherever they stand, and often stand in a link to the block explorer or advisory.
  for (const coin of findCoins(plain)) list.add({ ...coin, role, ...where });
  for (const value of findCveIds(plain)) list.add({ type: 'cve', value, role, ...where });
}

/** A mail address of the text, and its domain. */
export function addAddress(value: string, part: string | undefined, list: IndicatorList): void {
  list.add({ type: 'email', value, role: 'body', ...(part === undefined ? {} : { part }) });
  const name = hostNameOf(value.slice(value.lastIndexOf('@') + 1));
  if (name !== undefined) list.addHost(name, 'body', part);
}
