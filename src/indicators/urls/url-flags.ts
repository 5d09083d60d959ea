import type { UrlFlag } from '../types.js';
import { shorteners } from './shorteners.js';

/** With `www.`, the dot of the root and a little room. */
const longestShortener = 4 + Math.max(...Array.from(shorteners, ({ length }) => length));

/**
 * What the URL itself tells.
 *
 * @param host its `hostname`; `URL` works out each of its parts anew
 */
export function flagsOf(url: URL, href: string, host: string): readonly UrlFlag[] {
  const flags: UrlFlag[] = [];
  const last = host.charCodeAt(host.length - 1);
  // URL Standard §3.5: a host that ends in a number is an IPv4 address, in whatever notation it was written.
  if (last === 0x5d || (last >= 0x30 && last <= 0x39)) flags.push('ipHost');
  if (host.includes('xn--') && /(?:^|\.)xn--/.test(host)) flags.push('punycode');
  if (href.includes('@') && (url.username !== '' || url.password !== '')) flags.push('userinfo');
  if (host.length <= longestShortener && shorteners.has(host.replace(/^www\./, '').replace(/\.$/, '')))
    flags.push('shortener');
  return flags;
}
