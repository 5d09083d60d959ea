import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { SecretRef } from '../../config/fields.js';
import type { Config } from '../../config/schema.js';
import { parseAnyUrl } from '../../url/parse-any-url.js';
import type { ProxyChoice } from './address.js';

/** A part of the configuration that may name a proxy. */
interface Proxied {
  readonly proxy?: ProxyChoice | undefined;
  readonly proxyAuth?: SecretRef | undefined;
}

/** The configuration in which every outside connection names its proxy itself, if it has one. */
export function withDefaultProxy(config: Config): Config {
  const { proxy, proxyAuth, noProxy } = config;
  if (proxy === undefined || proxy.address === 'none') return config;

  function through<Entry extends Proxied>(entry: Entry, host: string | undefined): Entry {
    if (entry.proxy !== undefined || (host !== undefined && isExcluded(host, noProxy))) return entry;
    return { ...entry, proxy, ...(proxyAuth === undefined ? {} : { proxyAuth }) };
  }

  const mailboxes = mapped(config.mailboxes, (mailbox) =>
    mailbox.kind === 'imap' ? through(mailbox, mailbox.host) : mailbox,
  );
  const targets = mapped(config.targets, (target) =>
    target.kind === 'file' ? target : through(target, 'url' in target ? hostOf(target.url) : undefined),
  );
  const feeds = mapped(config.feeds, (feed) =>
    feed.source.kind === 'url' ? { ...feed, source: through(feed.source, hostOf(feed.source.url)) } : feed,
  );
  const { misp, store } = config;
  return {
    ...config,
    ...(store.kind === 's3' ? { store: through(store, hostOf(store.endpoint)) } : {}),
    mailboxes,
    targets,
    feeds,
    ...(misp?.kind === 'server' ? { misp: through(misp, hostOf(misp.url)) } : {}),
  };
}

/** Whether one of these names the host, or a domain around it. */
export function isExcluded(host: string, noProxy: readonly string[]): boolean {
  const name = bare(host);
  return noProxy.some((excluded) =>
    excluded.startsWith('.') ? name.endsWith(bare(excluded)) : name === bare(excluded),
  );
}

/** In one form, also of an address of version 6 and of a name that ends with the dot of the root. */
function bare(host: string): string {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  return isIPv6(name) ? ipaddr.parse(name).toString() : name;
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : parseAnyUrl(url)?.hostname;
}

function mapped<Value>(
  entries: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]));
}
