import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { ProxyChoice } from '../../http/proxy/address.js';
import { type AccessTokens, createAccessTokens } from './access-tokens.js';
import { isDelegated, type OAuthConfig } from './config.js';
import { googleProvider } from './google.js';
import { clientCredentialsGrant, refreshTokenGrant, serviceAccountGrant } from './grants.js';
import { microsoftProvider } from './microsoft.js';
import { otherProvider } from './other.js';
import { createProviderHttp } from './provider-http.js';
import type { ProviderSetup } from './setup.js';
import { openTokenFile } from './token-file.js';
import type { Grant, Provider, ProviderHttp } from './types.js';

/** How long a refresh under way is waited for: see `refreshTokenGrant`. */
const closingMs = 10_000;

export type Mechanism = 'xoauth2' | 'oauthbearer';

/** How a mailbox logs in with OAuth. */
export interface OAuthLogin {
  readonly tokens: AccessTokens;
  /** Undefined: what the server offers. */
  readonly mechanism: Mechanism | undefined;
  /** What to do where the mail server refuses a token that the provider gave. */
  readonly mendRefused: string;
  /** Ends what is under way, but for a refresh that was sent: that one is given ten seconds. */
  close(): Promise<void>;
}

/**
 * Reads the secrets and connects to nothing yet.
 * @param baseFolder what relative paths of the configuration start from
 * @throws LW_SECRET_UNSET, LW_CONFIG_INVALID
 */
export function openOAuth(
  config: OAuthConfig,
  setup: ProviderSetup,
  baseFolder: string,
  proxy?: ProxyChoice,
): OAuthLogin {
  const http = openProviderHttp(config, baseFolder, proxy);
  const closed = new AbortController();
  const tokens = createAccessTokens(grantOf(config, setup, baseFolder, http), closed.signal);
  return {
    tokens,
    mechanism: config.mechanism,
    mendRefused: mendRefused(config, setup.username),
    async close() {
      const { where } = setup;
      closed.abort(new LurewatchError('LW_MAIL_UNREACHABLE', 'the connections were closed by a shutdown', { where }));
      await Promise.race([tokens.settled(), pause(closingMs, undefined, { ref: false })]);
      await http.close();
    },
  };
}

/** @param proxy that of the mailbox */
export function openProviderHttp(config: OAuthConfig, baseFolder: string, proxy?: ProxyChoice): ProviderHttp {
  const { ca, verify, insecure } = config;
  return createProviderHttp({ ca: ca === undefined ? undefined : resolve(baseFolder, ca), verify, insecure, proxy });
}

export function createProvider(config: OAuthConfig, setup: ProviderSetup): Provider {
  switch (config.provider) {
    case 'microsoft':
      return microsoftProvider(config, setup);
    case 'google':
      return googleProvider(config, setup);
    case 'other':
      return otherProvider(config, setup);
  }
}

function grantOf(config: OAuthConfig, setup: ProviderSetup, baseFolder: string, http: ProviderHttp): Grant {
  if (isDelegated(config)) {
    const { refreshToken, tokenFile } = config;
    const given = refreshToken && setup.secret(refreshToken, 'refreshToken').reveal().trim();
    const file = tokenFile === undefined ? undefined : openTokenFile(resolve(baseFolder, tokenFile), setup.where);
    return refreshTokenGrant(createProvider(config, setup), { given, file }, http);
  }
  if (config.provider !== 'google') return clientCredentialsGrant(createProvider(config, setup), http);
  const provider = googleProvider(config, setup);
  if (provider.key === undefined) throw new TypeError('a service account without its key');
  return serviceAccountGrant(provider, provider.key, setup.username, http);
}

function mendRefused(config: OAuthConfig, username: string): string {
  const mend = {
    microsoft: isDelegated(config)
      ? `The provider gave a token and the mail server refuses it: log in as ${username} itself, or as a user with full access to it, and leave IMAP enabled for the mailbox (Set-CASMailbox).`
      : `The provider gave a token and Exchange Online refuses it: register the application there (New-ServicePrincipal, with the object id of the enterprise application), give it the mailbox (Add-MailboxPermission -AccessRights FullAccess), and leave IMAP enabled for it (Set-CASMailbox).`,
    google: `The provider gave a token and Gmail refuses it: enable IMAP for ${username} in the Google Admin console, and use a token with the scope https://mail.google.com/.`,
    other: `The provider gave a token and the mail server refuses it: check that it is for ${username}, and its scope and audience.`,
  }[config.provider];
  return `${mend} See docs/oauth.md.`;
}
