import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  type HttpRequestOptions,
  OperationProcessingError,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi';
import { HttpFailure } from '../../http/failure.js';
import { noToken, type ProviderAnswer, refusalOf, refused, unaskable, unreachable } from './errors.js';
import { readableAnswer, rotatedToken } from './token-answer.js';
import type { Granted, Provider, ProviderHttp } from './types.js';

export type RequestOptions = HttpRequestOptions<'POST', URLSearchParams>;

/** What every call of the OAuth library takes. */
export function requestOptions(http: ProviderHttp, signal: AbortSignal | undefined): RequestOptions {
  return {
    [customFetch]: (url, request) => http.fetch(url, request),
    [allowInsecureRequests]: http.insecure,
    ...(signal === undefined ? {} : { signal }),
  };
}

/**
 * One request to the token endpoint.
 * @param send makes it, with the library's function for the grant
 * @param sent secrets of this request alone, which its answer might echo
 * @param keep takes the refresh token of the answer before anything else of it is looked at: it may be the only one that is
 * still good, also where the rest is of no use
 * @throws LW_MAIL_GRANT, LW_MAIL_PROVIDER, LW_MAIL_TLS, what `keep` throws, or the reason of `signal`
 */
export async function requestToken(
  provider: Provider,
  http: ProviderHttp,
  send: (server: AuthorizationServer, options: RequestOptions) => Promise<Response>,
  sent: readonly string[],
  signal?: AbortSignal,
  keep?: (refreshToken: string) => Promise<void>,
): Promise<Granted> {
  const server = await provider.server(http, signal);
  const answer = await answered(provider, send(server, requestOptions(http, signal)));
  const rotated = keep && rotatedToken(answer);
  if (rotated !== undefined) await keep?.(rotated);
  return tokenOf(answer, provider, server, sent);
}

/**
 * What a token endpoint gave.
 * @param sent secrets of the request, which the answer might echo
 * @throws LW_MAIL_GRANT, LW_MAIL_PROVIDER
 */
export async function tokenOf(
  answer: ProviderAnswer,
  provider: Provider,
  server: AuthorizationServer,
  sent: readonly string[],
): Promise<Granted> {
  if (answer.status !== 200 || refusalOf(answer.body) !== undefined) throw refused(answer, provider, sent);
  try {
    const granted = await processGenericTokenEndpointResponse(server, provider.client, readableAnswer(answer));
    return {
      accessToken: granted.access_token,
      expiresInSeconds: granted.expires_in,
      refreshToken: granted.refresh_token,
    };
  } catch (error) {
    throw noToken(error, provider);
  }
}

/** @throws LW_MAIL_PROVIDER, LW_MAIL_TLS or LW_MAIL_GRANT where no answer came, or the reason of the request's signal */
export async function answered(provider: Provider, response: Promise<Response>): Promise<ProviderAnswer> {
  try {
    const { status, headers } = await response;
    return { status, headers, body: await (await response).text() };
  } catch (error) {
    if (error instanceof HttpFailure) throw unreachable(error, provider);
    // What the library asks for no answer: an address that is missing, or not https.
    if (error instanceof OperationProcessingError) throw unaskable(error, provider);
    throw error;
  }
}
