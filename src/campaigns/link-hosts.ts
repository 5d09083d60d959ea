import { hostNameOf } from '../indicators/observables/registrable-domain.js';
import { hostInUrl } from '../indicators/observables/url-hosts.js';
import type { FoundUrl, UrlKind } from '../indicators/types.js';
import { isFreemail } from './freemail.js';

/** What a person opens. Images, `List-Unsubscribe` and files beside the text come and go from copy to copy. */
const opened: ReadonlySet<UrlKind> = new Set(['click', 'text', 'qr']);

/** What stands in the foot of any mail. */
const everywhere: ReadonlySet<string> = new Set([
  'facebook.com',
  'instagram.com',
  'linkedin.com',
  'pinterest.com',
  'schema.org',
  'tiktok.com',
  'twitter.com',
  'w3.org',
  'x.com',
  'youtube.com',
]);

/** RFC 1035 §2.3.4: nobody can open a longer one, and to divide it takes time with the square of its length. */
const mostHostChars = 253;

/**
 * What the links of a mail lead to, as somebody registered it: hosts below it and paths are made anew for each copy.
 * @param own domains that say nothing: those of the recipients
 */
export function linkHosts(urls: readonly FoundUrl[], own: ReadonlySet<string>): readonly string[] {
  const hosts = new Set<string>();
  for (const { url, kind } of urls) {
    if (!opened.has(kind)) continue;
    const host = hostInUrl(url);
    if (host === '' || host.length > mostHostChars) continue;
    const domain = hostNameOf(host)?.domain ?? host;
    // Free mail services sign what is sent through them.
    if (!everywhere.has(domain) && !own.has(domain) && !isFreemail(domain)) hosts.add(domain);
  }
  return [...hosts].sort();
}
