import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { HttpClient, type HttpOptions, type HttpResponse } from '../../http/client.js';
import { HttpFailure } from '../../http/failure.js';
import { retryAfterMs } from '../../http/retry-after.js';
import { jsonOf } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { targetUrl } from '../target-setup.js';
import { cloudPlatformScope, type Token, type TokenSource, unlessAborted } from './token-source.js';

const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

const grantSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** A token this close to its end is not used any more. */
const marginMs = 60_000;

export interface ServiceAccountOptions {
  /** Where the key stands in the configuration. */
  readonly place: string;
  readonly where: string;
  readonly insecure: boolean;
  /** From the address of the token endpoint to the options of its connection. */
  readonly http: (baseUrl: string) => HttpOptions;
}

/**
 * Bearer tokens for a service account (JWT bearer grant, RFC 7523 §2.1 and §4).
 *
 * The grant is signed and sent here and not by google-auth-library, whose JWT client asks Google's public endpoint
 * whatever `token_uri` the key names, and repeats failed requests on its own clock.
 * @throws LW_CONFIG_INVALID where the key is none, without showing it
 */
export function serviceAccountTokens(secret: Secret, options: ServiceAccountOptions): TokenSource {
  const key = parseKey(secret, options);
  const { where } = options;
  const client = new HttpClient(options.http(key.tokenUrl.origin));
  let held: { readonly value: string; readonly endsAtMs: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionOf(key, Math.floor(Date.now() / 1000)),
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = key.tokenUrl.pathname + key.tokenUrl.search;
    const response = await client.request({ method: 'POST', path, headers, body }).catch((error: unknown) => {
      throw error instanceof HttpFailure ? unreachable(error, where) : error;
    });
    const grant = grantSchema.safeParse(response.status === 200 ? jsonOf(response.body) : undefined);
    if (!grant.success) throw refused(response, where, options.place);
    held = { value: grant.data.access_token, endsAtMs: Date.now() + grant.data.expires_in * 1000 - marginMs };
    return held.value;
  }

  return {
    inFlightMs: client.inFlightMs,
    async get(signal): Promise<Token> {
      signal?.throwIfAborted();
      if (held !== undefined && held.endsAtMs > Date.now()) return { value: held.value, fresh: false };
      fetching ??= fetchToken().finally(() => {
        fetching = undefined;
      });
      return { value: await unlessAborted(fetching, signal), fresh: true };
    },
    forget() {
      held = undefined;
    },
    close: () => client.close(),
  };
}

interface ServiceAccountKey {
  readonly email: string;
  readonly keyId: string | undefined;
  readonly privateKey: KeyObject;
  readonly tokenUrl: URL;
}

function parseKey(secret: Secret, { place, insecure }: ServiceAccountOptions): ServiceAccountKey {
  const parsed = keySchema.safeParse(jsonOf(secret.reveal()));
  const mend = 'Set it to the whole JSON file of a service account key, as Google Cloud gives it.';
  if (!parsed.success) {
    // Paths only: values of a key never stand in a message.
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON').join(', ');
    throw new LurewatchError('LW_CONFIG_INVALID', `this is no service account key (${missing})`, {
      where: place,
      mend,
    });
  }
  const { client_email, private_key, private_key_id, token_uri } = parsed.data;
  try {
    const privateKey = createPrivateKey(private_key);
    if (privateKey.asymmetricKeyType !== 'rsa') throw new TypeError('not an RSA key');
    const tokenUrl = targetUrl(token_uri, insecure, `${place} (token_uri)`);
    return { email: client_email, keyId: private_key_id, privateKey, tokenUrl };
  } catch (error) {
    if (error instanceof LurewatchError) throw error;
    const what = 'private_key of the service account key is no RSA key in PEM form';
    throw new LurewatchError('LW_CONFIG_INVALID', what, { where: place, mend });
  }
}

function assertionOf(key: ServiceAccountKey, nowSeconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  const claims = {
    iss: key.email,
    scope: cloudPlatformScope,
    aud: key.tokenUrl.href,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** Whatever became of the token request: nothing was sent to the platform yet. */
function unreachable(failure: HttpFailure, where: string): LurewatchError {
  const code = failure.tls ? 'LW_TARGET_TLS' : 'LW_TARGET_UNAVAILABLE';
  return new LurewatchError(code, `no token could be fetched (${failure.message})`, { where, cause: failure });
}

function refused(response: HttpResponse, where: string, place: string): LurewatchError {
  const { status } = response;
  const said = refusalSchema.safeParse(jsonOf(response.body));
  const why = said.success ? `: ${excerpt(`${said.data.error} ${said.data.error_description ?? ''}`)}` : '';
  if (status === 400 || status === 401 || status === 403) {
    return new LurewatchError('LW_TARGET_AUTH', `the token endpoint refused the key with ${status}${why}`, {
      where,
      mend: `Check that the key at ${place} is still valid and that this machine's clock is right.`,
    });
  }
  if (status === 404 || (status >= 300 && status <= 399)) {
    return new LurewatchError('LW_TARGET_REFUSES', `the token endpoint answered ${status}`, {
      where,
      mend: `Mend token_uri in the key at ${place}.`,
    });
  }
  const what = status === 200 ? 'the token endpoint answered without a token' : `the token endpoint answered ${status}`;
  return new LurewatchError('LW_TARGET_UNAVAILABLE', what + why, {
    where,
    retryAfterMs: retryAfterMs(response.headers['retry-after']),
  });
}
