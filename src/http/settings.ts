import { resolve } from 'node:path';
import { type HttpOptions, httpDefaults } from './client.js';
import type { ProxyChoice } from './proxy/address.js';

/** What the configuration says about an HTTP connection (`httpShape` in src/config/fields.ts). */
export interface HttpSettings {
  readonly ca?: string | undefined;
  readonly verify: boolean;
  readonly rate?: number | undefined;
  readonly timeout: number;
  readonly concurrency: number;
  /** With its credentials: see `withProxyCredentials`. */
  readonly proxy?: ProxyChoice | undefined;
}

/** From configuration to the client's options. `baseFolder`: what a relative `ca` is relative to. */
export function httpOptions(baseUrl: string, settings: HttpSettings, baseFolder: string): HttpOptions {
  const connectTimeoutMs = Math.min(httpDefaults.connectTimeoutMs, settings.timeout);
  return {
    ...httpDefaults,
    baseUrl,
    ca: settings.ca === undefined ? undefined : resolve(baseFolder, settings.ca),
    verify: settings.verify,
    connectTimeoutMs,
    headersTimeoutMs: settings.timeout,
    bodyTimeoutMs: Math.min(httpDefaults.bodyTimeoutMs, settings.timeout),
    totalTimeoutMs: connectTimeoutMs + settings.timeout,
    maxConnections: settings.concurrency,
    ratePerSecond: settings.rate,
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  };
}
