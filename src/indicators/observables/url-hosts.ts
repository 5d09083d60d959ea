import type { FoundUrl } from '../types.js';
import { targetHostOf } from '../unwrap/unwrap.js';
import type { IndicatorList } from './indicator-list.js';
import { publicIp } from './ip-addresses.js';
import { hostNameOf, isMailHost } from './registrable-domain.js';

/** Of a WHATWG `href`: all that could be mistaken for an end of the host is percent-encoded in what comes before it. */
const hostInHref = /^[a-z]+:\/\/(?:[^/?#@]*@)?(?:\[([^\]]*)\]|([^/:?#]*))/;

/** Its host, of IPv6 without brackets; '' where it has none. */
export function hostInUrl(url: string): string {
  const [, inBrackets, plain = ''] = hostInHref.exec(url) ?? [];
  return inBrackets ?? plain;
}

/**
 * What the found URLs point at: domains and hosts, or public IP addresses; each by the first URL that names it. Of a
 * protection service that does not tell the URL, also the host that it leads to, where it names one.
 */
export function addUrlHosts(urls: readonly FoundUrl[], list: IndicatorList): void {
  const seen = new Set<string>();
  for (const { url, part, wrappers } of urls) {
    const behind = wrappers === undefined ? null : targetHostOf(url);
    const hosts = behind === null || !isHost(behind) ? [hostInUrl(url)] : [hostInUrl(url), behind];
    for (const hostname of hosts) {
      if (seen.has(hostname)) continue;
      seen.add(hostname);
      addUrlHost(hostname, part, list);
    }
  }
}

/** What stands in a parameter may be anything. */
function isHost(text: string): boolean {
  const name = hostNameOf(text);
  return name === undefined ? publicIp(text) !== undefined : isMailHost(name);
}

function addUrlHost(hostname: string, part: string | undefined, list: IndicatorList): void {
  const address = publicIp(hostname);
  const where = part === undefined ? {} : { part };
  if (address !== undefined) list.add({ ...address, role: 'url', ...where });
  const name = address === undefined ? hostNameOf(hostname) : undefined;
  if (name !== undefined) list.addHost(name, 'url', part);
}
