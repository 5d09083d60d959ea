import { clientCredentialsGrantRequest, genericTokenEndpointRequest, refreshTokenGrantRequest } from 'oauth4webapi';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { type ServiceAccountKey, signAssertion } from '../../google/service-account-key.js';
import { refusesToken, refusesTokenForGood } from './errors.js';
import type { TokenFile } from './token-file.js';
import { requestToken } from './token-request.js';
import type { Grant, Granted, Provider, ProviderHttp } from './types.js';

/** The application reads the mailbox by its own right (RFC 6749 §4.4). */
export function clientCredentialsGrant(provider: Provider, http: ProviderHttp): Grant {
  const { client, clientAuth, scope } = provider;
  const parameters = () => new URLSearchParams(scope === undefined ? {} : { scope });
  return {
    title: `${provider.name}, client credentials of ${client.client_id}`,
    remarks: () => [],
    request: (signal) =>
      requestToken(
        provider,
        http,
        (server, options) => clientCredentialsGrantRequest(server, client, clientAuth, parameters(), options),
        [],
        signal,
      ),
  };
}

/**
 * A service account of Google acts as the user of the mailbox (RFC 7523 §2.1, with `sub`).
 *
 * The assertion is signed here and not by google-auth-library: see src/soar/secops/service-account.ts.
 */
export function serviceAccountGrant(
  provider: Provider,
  key: ServiceAccountKey,
  username: string,
  http: ProviderHttp,
): Grant {
  const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return {
    title: `${provider.name}, service account ${key.email} as ${username}`,
    remarks: () => [],
    request: async (signal) => {
      const { token_endpoint: audience = '' } = await provider.server(http, signal);
      const claims = { scope: provider.scope ?? '', audience, subject: username };
      const assertion = signAssertion(key, claims, Math.floor(Date.now() / 1000));
      // The assertion says who asks; nothing else authenticates.
      const unauthenticated = () => undefined;
      return requestToken(
        provider,
        http,
        (server, options) =>
          genericTokenEndpointRequest(server, provider.client, unauthenticated, grantType, { assertion }, options),
        [assertion],
        signal,
      );
    },
  };
}

export interface RefreshTokenPlaces {
  /** What the configuration gives. */
  readonly given: string | undefined;
  /** Where the newest one is, and the next one goes. */
  readonly file: TokenFile | undefined;
}

/**
 * A user has allowed it, and the refresh token says so (RFC 6749 §6). A request that was sent is not given up: its answer
 * may hold the only refresh token that is still good.
 */
export function refreshTokenGrant(provider: Provider, places: RefreshTokenPlaces, http: ProviderHttp): Grant {
  const { given, file } = places;
  /** The newest one of a provider that rotates them, where no file may hold it. */
  let rotated: string | undefined;
  /** One that could not be written, and what the file held then. */
  let unwritten: { readonly token: string; readonly kept: string | undefined } | undefined;
  /** What the provider said of the configured one. */
  let refusedForGood: LurewatchError | undefined;

  async function refresh(
    refreshToken: string,
    keep: (next: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<Granted> {
    await provider.server(http, signal);
    signal?.throwIfAborted();
    const { refreshScope } = provider;
    const additionalParameters = new URLSearchParams(refreshScope === undefined ? {} : { scope: refreshScope });
    return requestToken(
      provider,
      http,
      (server, options) =>
        refreshTokenGrantRequest(server, provider.client, provider.clientAuth, refreshToken, {
          ...options,
          additionalParameters,
        }),
      [refreshToken],
      undefined,
      async (next) => {
        if (next !== refreshToken) await keep(next);
      },
    );
  }

  async function fromMemory(signal: AbortSignal | undefined): Promise<Granted> {
    const keep = async (next: string) => {
      rotated = next;
    };
    return rotated === undefined ? refreshGiven(keep, signal) : refresh(rotated, keep, signal);
  }

  async function fromFile(tokenFile: TokenFile, signal: AbortSignal | undefined): Promise<Granted> {
    const kept = await newestIn(tokenFile);
    const keep = async (token: string) => {
      unwritten = { token, kept };
      await tokenFile.write(token);
      unwritten = undefined;
    };
    return refreshAny(tokenFile, kept, keep, signal);
  }

  /** What the file holds; what it should have held before is written first, unless somebody has logged in since. */
  async function newestIn(tokenFile: TokenFile): Promise<string | undefined> {
    const kept = await tokenFile.read();
    if (unwritten === undefined) return kept;
    const { token } = unwritten;
    const isNewest = kept === unwritten.kept;
    if (isNewest) await tokenFile.write(token);
    unwritten = undefined;
    return isNewest ? token : kept;
  }

  async function refreshAny(
    { path }: TokenFile,
    kept: string | undefined,
    keep: (next: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<Granted> {
    if (kept === undefined) {
      if (given !== undefined) return refreshGiven(keep, signal);
      const mend = `Log in once with \`${provider.loginCommand}\`, as the user of the mailbox.`;
      const what = `the token file ${path} is not there or empty: nobody has logged in yet`;
      throw new LurewatchError('LW_MAIL_GRANT', what, { where: provider.where, mend });
    }
    try {
      return await refresh(kept, keep, signal);
    } catch (error) {
      // Somebody may have mended the secret and not the file. At any other refusal it stays unsent: one that is used up
      // already would end the newer one as well (RFC 9700 §4.14.2).
      if (given === undefined || given === kept || !refusesToken(error)) throw error;
      return await refreshGiven(keep, signal).catch((second: unknown) => {
        throw refusesToken(second) ? error : second;
      });
    }
  }

  /** With what the configuration gives. What was refused for good is not sent again: it stays the same until a restart. */
  async function refreshGiven(
    keep: (next: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<Granted> {
    if (refusedForGood !== undefined) throw refusedAgain(refusedForGood);
    return refresh(given ?? '', keep, signal).catch((error: unknown) => {
      if (!refusesTokenForGood(error)) throw error;
      refusedForGood = error;
      throw refusedAgain(error);
    });
  }

  /** A new one each time: whoever catches an error may add to it. */
  function refusedAgain({ what, where, mend = '', details }: LurewatchError): LurewatchError {
    const login = file === undefined ? '' : `, or log in with \`${provider.loginCommand}\``;
    const waits = `The token of \`oauth.refreshToken\` is not sent again: put a new one there and restart the worker${login}.`;
    return new LurewatchError('LW_MAIL_GRANT', what, { where, mend: `${mend} ${waits}`.trim(), details });
  }

  return {
    title: `${provider.name}, refresh token for ${provider.client.client_id}`,
    remarks: () => {
      if (rotated === undefined) return [];
      return [
        'OAuth: the provider gives a new refresh token each time and `oauth.tokenFile` is not set: the next start may find the configured one used up',
      ];
    },
    request: async (signal) => {
      if (file !== undefined) return file.locked(() => fromFile(file, signal), signal);
      return fromMemory(signal);
    },
  };
}
