import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import { readAuthorities } from '../../http/authorities.js';
import { withProxyCredentials } from '../../http/proxy/credentials.js';
import type { S3StoreConfig } from './config.js';
import { TunnelHttpAgent, TunnelHttpsAgent } from './tunnel-agents.js';

/** As the SDK's own default: more patience is Temporal's. */
const maxAttempts = 3;
const connectTimeoutMs = 10_000;
/** What a proxy may take of the time of a request: it ends before the request does, so that the error names the proxy. */
const tunnelShare = 0.9;

export interface ClientSettings {
  readonly config: S3StoreConfig;
  /** Where relative paths of the configuration start. */
  readonly resolve: (path: string) => string;
  readonly secret: (ref: SecretRef, place: string) => Secret;
}

/** Throws LW_CONFIG_INVALID and LW_SECRET_UNSET. Connects to nothing yet. */
export function createS3Client({ config, resolve, secret }: ClientSettings): S3Client {
  const { endpoint, timeout, verify } = config;
  // Which version of the SDK we use is not for those to decide who would read that it wants another Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const region = config.region ?? (endpoint === undefined ? undefined : 'us-east-1');
  const ca = config.ca === undefined ? {} : { ca: readAuthorities(resolve(config.ca)) };
  // Agents of our own: the SDK makes another one, without any settings, for bodies that it asks leave to send
  // (`Expect: 100-continue`). How many requests run at a time is decided before they come here: see places.ts.
  const { proxy } = withProxyCredentials(config, secret, 'store');
  const tls = { keepAlive: true, rejectUnauthorized: verify, ...ca };
  const isProxied = proxy !== undefined && proxy.address !== 'none';
  const { connectMs, tunnelMs } = connectTimeouts(timeout, isProxied);
  const requestHandler = {
    httpAgent: isProxied
      ? new TunnelHttpAgent(proxy, tunnelMs, { keepAlive: true })
      : new HttpAgent({ keepAlive: true }),
    httpsAgent: isProxied ? new TunnelHttpsAgent(proxy, tunnelMs, tls) : new HttpsAgent(tls),
    connectionTimeout: connectMs,
    requestTimeout: timeout,
    throwOnRequestTimeout: true,
    socketTimeout: timeout,
  };
  const settings: S3ClientConfig = {
    requestHandler,
    maxAttempts,
    forcePathStyle: config.forcePathStyle ?? endpoint !== undefined,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: credentialsOf(config.credentials, secret) }),
  };
  return new S3Client(settings);
}

/**
 * How long a connection may take, in milliseconds. A proxy looks up the name and connects in its turn, and many look for
 * malware meanwhile: it has the time of the request.
 */
export function connectTimeouts(
  timeoutMs: number,
  isProxied: boolean,
): { readonly connectMs: number; readonly tunnelMs: number } {
  const connectMs = isProxied ? timeoutMs : Math.min(connectTimeoutMs, timeoutMs);
  return { connectMs, tunnelMs: Math.ceil(timeoutMs * tunnelShare) };
}

function credentialsOf(
  { accessKeyId, secretAccessKey, sessionToken }: NonNullable<S3StoreConfig['credentials']>,
  secret: ClientSettings['secret'],
) {
  const value = (ref: SecretRef, key: string) => secret(ref, `store.credentials.${key}`).reveal();
  return {
    accessKeyId: value(accessKeyId, 'accessKeyId'),
    secretAccessKey: value(secretAccessKey, 'secretAccessKey'),
    ...(sessionToken === undefined ? {} : { sessionToken: value(sessionToken, 'sessionToken') }),
  };
}
