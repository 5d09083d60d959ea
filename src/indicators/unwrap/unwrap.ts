import { parse } from 'tldts';
import { isBareUrl } from '../urls/bare-host.js';
import { normaliseUrl } from '../urls/normalise-url.js';
import type { WrappingService } from './service.js';
import { wrappingServices } from './services.js';

export interface Unwrapped {
  /** WHATWG `href`: the innermost URL that could be read. */
  readonly url: string;
  /** The services around it, the outermost first. */
  readonly wrappers: readonly string[];
  /** The last of them does not tell where it leads: `url` is its own. */
  readonly opaque: boolean;
}

/** More than services stand behind one another anywhere; a chain of more is made to keep us busy. */
const maxWrappers = 10;
const none: readonly string[] = [];
/** A URL that holds another has a query or escapes, `__`, Mimecast's path or Cisco's host; half of all have none of these. */
const mayWrap = /[?%]|__|\/[sr]\/|\/\/secure-web\./;

/** By the last two labels of their hosts, or the first of `google.*`: most URLs are of no service, found at once. */
const byDomain = new Map<string, WrappingService[]>();
for (const service of wrappingServices)
  for (const host of service.hosts) {
    const domain = lastTwoLabels(host.replace(/^www\./, ''));
    const others = byDomain.get(domain) ?? [];
    if (!others.includes(service)) byDomain.set(domain, [...others, service]);
  }

/**
 * Takes off what protection services and search engines wrote around a URL, until nothing is left to take off.
 * Never throws; the time is linear in the length of the URL.
 *
 * @param href WHATWG `href`
 */
export function unwrap(href: string): Unwrapped {
  if (!mayWrap.test(href) || serviceAround(href) === null) return { url: href, wrappers: none, opaque: false };
  const wrappers: string[] = [];
  let url = href;
  while (wrappers.length < maxWrappers) {
    const found = serviceAround(url);
    if (found === null) return { url, wrappers, opaque: false };
    wrappers.push(found.service.name);
    const inside = found.service.target({ href: url, rest: found.rest });
    const target = inside === null ? null : asUrl(inside);
    if (target === null) return { url, wrappers, opaque: true };
    url = target;
  }
  return { url, wrappers, opaque: false };
}

/**
 * The host that a wrapper names which does not tell the URL: `?domain=bank.example`.
 * @param href as `unwrap` gave it
 * @returns as it stands there, to be checked; null where it names none
 */
export function targetHostOf(href: string): string | null {
  const found = serviceAround(href);
  const host = found?.service.targetHost?.({ href, rest: found.rest });
  return host === undefined || host === null ? null : host.trim();
}

function serviceAround(href: string): { service: WrappingService; rest: string } | null {
  const start = href.indexOf('://') + 3;
  const slash = href.indexOf('/', start);
  if (slash < 0) return null;
  // With a port it is another server. A user name changes nothing.
  const at = href.indexOf('@', start);
  // The same host with the dot of the root behind it.
  const host = href.slice(at >= 0 && at < slash ? at + 1 : start, slash).replace(/\.$/, '');
  const isGoogle = host.startsWith('www.google.') || host.startsWith('google.');
  const services = byDomain.get(isGoogle ? 'google.*' : lastTwoLabels(host));
  if (services === undefined) return null;
  const rest = href.slice(slash);
  const service = services.find(({ hosts, path }) => hosts.some((pattern) => isHost(host, pattern)) && path.test(rest));
  return service === undefined ? null : { service, rest };
}

function isHost(host: string, pattern: string): boolean {
  if (pattern.startsWith('*.')) return host.endsWith(pattern.slice(1));
  if (!pattern.endsWith('.*')) return host === pattern;
  // `google.evil.example` is none of Google's.
  const { subdomain, domainWithoutSuffix, isIcann } = parse(host);
  const name = subdomain ? `${subdomain}.${domainWithoutSuffix}` : domainWithoutSuffix;
  return isIcann === true && name === pattern.slice(0, -2);
}

function lastTwoLabels(host: string): string {
  const dot = host.lastIndexOf('.', host.lastIndexOf('.') - 1);
  return host.slice(dot + 1);
}

/** What a service holds is no URL if forged, and has no scheme if it was wrapped so: `www.example.com/x`. */
function asUrl(inside: string): string | null {
  const text = inside.trim();
  if (/^(?:https?|ftp):/i.test(text)) return normaliseUrl(text);
  if (/^\/\/[^/]/.test(text)) return normaliseUrl(`http:${text}`);
  return !/^[^/?#]*@/.test(text) && isBareUrl(text) ? normaliseUrl(`http://${text}`) : null;
}
