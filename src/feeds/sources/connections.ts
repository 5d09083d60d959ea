import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { ProxyChoice } from '../../http/proxy/address.js';
import { connectorThrough } from '../../http/proxy/connector.js';
import { isPublicAddress } from './addresses.js';

export interface ConnectionSettings {
  /** Where the configuration names the source. */
  readonly where: string;
  readonly ca: readonly string[] | undefined;
  readonly verify: boolean;
  readonly allowPrivate: boolean;
  /** With its credentials. */
  readonly proxy: ProxyChoice | undefined;
  readonly connectTimeoutMs: number;
  /** The longest silence of the other side. */
  readonly stallTimeoutMs: number;
}

/** What the requests of one fetch go through. Without `allowPrivate`, no connection is made to a private address. */
export function openConnections(settings: ConnectionSettings): Dispatcher {
  const { ca, verify, allowPrivate, proxy, connectTimeoutMs, stallTimeoutMs, where } = settings;
  const tls = { timeout: connectTimeoutMs, rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca: [...ca] }) };
  const common = { pipelining: 1, allowH2: false, headersTimeout: stallTimeoutMs, bodyTimeout: stallTimeoutMs };
  // The proxy looks names up, and may itself well have a private address.
  if (proxy !== undefined && proxy.address !== 'none') {
    return new Agent({ ...common, connect: connectorThrough(proxy, tls) });
  }
  return new Agent({ ...common, connect: allowPrivate ? tls : { ...tls, lookup: lookupPublic(where) } });
}

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up, and gives the connection only those of its addresses that are public. These are the addresses that
 * are connected to: a name that changes its answer in between gains nothing.
 * @param resolve how names are looked up
 */
export function lookupPublic(where: string, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(privateAddress(hostname, addresses[0]?.address, where), []);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** An address that stands in the URL itself is never looked up. WHATWG URLs hold it in its one canonical form. */
export function assertPublicHost(url: URL, where: string): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw privateAddress(host, undefined, where);
}

function privateAddress(host: string, address: string | undefined, where: string): LurewatchError {
  const shown = address === undefined ? `${host} is` : `${host} has the address ${address},`;
  return new LurewatchError('LW_FEED_ADDRESS', `${shown} not of the public Internet`, { where });
}
