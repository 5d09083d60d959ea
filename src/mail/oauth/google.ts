import { type AuthorizationServer, ClientSecretPost, None } from 'oauth4webapi';
import { parseServiceAccountKey, type ServiceAccountKey } from '../../google/service-account-key.js';
import type { GoogleConfig } from './config.js';
import type { ProviderSetup } from './setup.js';
import type { Provider, Refusal } from './types.js';

const tokenEndpoint = 'https://oauth2.googleapis.com/token';

export interface GoogleProvider extends Provider {
  /** Undefined where a user has allowed it (refresh token). */
  readonly key: ServiceAccountKey | undefined;
}

/** Google, for a mailbox in Gmail. */
export function googleProvider(config: GoogleConfig, setup: ProviderSetup): GoogleProvider {
  const { serviceAccount, clientId, clientSecret } = config;
  const key =
    serviceAccount === undefined
      ? undefined
      : parseServiceAccountKey(setup.secret(serviceAccount, 'serviceAccount'), `${setup.place}.serviceAccount`);
  const secret = clientSecret && setup.secret(clientSecret, 'clientSecret').reveal();
  const server: AuthorizationServer = {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: config.tokenEndpoint ?? key?.tokenUri ?? tokenEndpoint,
  };
  return {
    where: setup.where,
    name: 'Google',
    key,
    client: { client_id: key?.email ?? clientId ?? '' },
    clientAuth: secret === undefined ? None() : ClientSecretPost(secret),
    server: async () => server,
    scope: config.scope,
    secrets: secret === undefined ? [] : [secret],
    loginCommand: setup.loginCommand,
    advise: (refusal) => advise(refusal, key, config.scope, setup.username),
  };
}

function advise(
  { error, description }: Refusal,
  key: ServiceAccountKey | undefined,
  scope: string,
  username: string,
): string | undefined {
  const mend = key === undefined ? adviseUser(error) : adviseServiceAccount(error, description, key, scope, username);
  return mend === undefined ? undefined : `${mend} See docs/oauth.md.`;
}

function adviseServiceAccount(
  error: string,
  description: string,
  key: ServiceAccountKey,
  scope: string,
  username: string,
): string | undefined {
  const client = key.clientId === undefined ? `the client ID of ${key.email}` : `client ID ${key.clientId}`;
  const delegate = `Add ${client} with the scope ${scope} in the Google Admin console: Security, API controls, Domain-wide delegation. It may take a while to count.`;
  switch (error) {
    case 'unauthorized_client':
    case 'access_denied':
      return delegate;
    case 'invalid_grant':
      return /email|sub/i.test(description)
        ? `See that ${username} is a user of the domain (no group, no alias) and not suspended.`
        : "See that the key of the service account still exists in Google Cloud, and that this machine's clock is right.";
    case 'invalid_client':
    case 'deleted_client':
    case 'disabled_client':
      return 'See that the service account still exists and is enabled in Google Cloud, and put a new key in place.';
    case 'admin_policy_enforced':
      return 'The administrator of the domain blocks this scope: Google Admin console, Security, API controls.';
    case 'invalid_scope':
      return 'Mend `oauth.scope`.';
    default:
      return undefined;
  }
}

function adviseUser(error: string): string | undefined {
  switch (error) {
    case 'invalid_grant':
      return 'The refresh token is revoked or has expired (a new password of the user does that; a consent screen in testing gives tokens for 7 days): get a new one, or use a service account.';
    case 'invalid_client':
    case 'deleted_client':
    case 'unauthorized_client':
      return 'Mend `oauth.clientId` and `oauth.clientSecret`: they must be those that the refresh token was given to.';
    case 'admin_policy_enforced':
      return 'The administrator of the domain blocks this scope or application: Google Admin console, Security, API controls.';
    default:
      return undefined;
  }
}
