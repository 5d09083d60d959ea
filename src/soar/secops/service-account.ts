import { z } from 'zod';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { parseServiceAccountKey, signAssertion } from '../../google/service-account-key.js';
import { HttpClient, type HttpOptions, type HttpResponse } from '../../http/client.js';
import { HttpFailure } from '../../http/failure.js';
import { retryAfterMs } from '../../http/retry-after.js';
import { unlessAborted } from '../../http/unless-aborted.js';
import { jsonOf } from '../../text/json-of.js';
import { excerpt } from '../printable.js';
import { targetUrl } from '../target-setup.js';
import { cloudPlatformScope, type Token, type TokenSource } from './token-source.js';

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
  const { where, place } = options;
  const key = parseServiceAccountKey(secret, place);
  const tokenUrl = targetUrl(key.tokenUri, options.insecure, `${place} (token_uri)`);
  const client = new HttpClient(options.http(tokenUrl.origin));
  let held: { readonly value: string; readonly endsAtMs: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const claims = { scope: cloudPlatformScope, audience: tokenUrl.href };
    const assertion = signAssertion(key, claims, Math.floor(Date.now() / 1000));
    const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const body = new URLSearchParams({ grant_type: grantType, assertion }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = tokenUrl.pathname + tokenUrl.search;
    const response = await client.request({ method: 'POST', path, headers, body }).catch((error: unknown) => {
      throw error instanceof HttpFailure ? unreachable(error, where) : error;
    });
    const grant = grantSchema.safeParse(response.status === 200 ? jsonOf(response.body) : undefined);
    if (!grant.success) throw refused(response, assertion, where, place);
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

/** Whatever became of the token request: nothing was sent to the platform yet. */
function unreachable(failure: HttpFailure, where: string): LurewatchError {
  const code = failure.tls ? 'LW_TARGET_TLS' : 'LW_TARGET_UNAVAILABLE';
  return new LurewatchError(code, `no token could be fetched (${failure.message})`, { where, cause: failure });
}

function refused(response: HttpResponse, assertion: string, where: string, place: string): LurewatchError {
  const { status } = response;
  const said = refusalSchema.safeParse(jsonOf(response.body));
  const words = said.success ? `${said.data.error} ${said.data.error_description ?? ''}` : '';
  const why = said.success ? `: ${excerpt(words, [assertion])}` : '';
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
