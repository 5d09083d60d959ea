import {
  type AuthorizationServer,
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discoveryRequest,
  None,
  processDiscoveryResponse,
} from 'oauth4webapi';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { OtherConfig } from './config.js';
import { refused } from './errors.js';
import type { ProviderSetup } from './setup.js';
import { answered } from './token-request.js';
import type { Provider, ProviderHttp, Refusal } from './types.js';

/** Any provider, by its addresses or by discovery. */
export function otherProvider(config: OtherConfig, setup: ProviderSetup): Provider {
  const { issuer, tokenEndpoint = '', deviceEndpoint, clientSecret } = config;
  const secret = clientSecret && setup.secret(clientSecret, 'clientSecret').reveal();
  const name = new URL(issuer ?? tokenEndpoint).host;
  const provider: Provider = {
    where: setup.where,
    name,
    client: { client_id: config.clientId },
    clientAuth: clientAuthOf(secret, config.clientAuthentication),
    server: issuer === undefined ? async () => configured : onceFound(discover),
    scope: config.scope,
    secrets: secret === undefined ? [] : [secret],
    loginCommand: setup.loginCommand,
    advise: (refusal) => advise(refusal, setup.loginCommand),
  };
  const configured: AuthorizationServer = {
    issuer: tokenEndpoint,
    token_endpoint: tokenEndpoint,
    ...(deviceEndpoint === undefined ? {} : { device_authorization_endpoint: deviceEndpoint }),
  };
  return provider;

  async function discover(http: ProviderHttp, signal?: AbortSignal): Promise<AuthorizationServer> {
    const url = new URL(issuer ?? '');
    const options = {
      [customFetch]: http.fetch,
      [allowInsecureRequests]: http.insecure,
      ...(signal ? { signal } : {}),
    };
    const answer = await answered(provider, discoveryRequest(url, options));
    if (answer.status !== 200) throw refused(answer, provider);
    try {
      return await processDiscoveryResponse(url, new Response(answer.body, { headers: answer.headers }));
    } catch (error) {
      const why = error instanceof Error ? ` (${error.message})` : '';
      throw new LurewatchError('LW_MAIL_GRANT', `${url.href} does not describe an OAuth provider${why}`, {
        where: setup.where,
        mend: 'Mend `oauth.issuer`, or give `oauth.tokenEndpoint` instead.',
      });
    }
  }
}

function clientAuthOf(secret: string | undefined, how: OtherConfig['clientAuthentication']) {
  if (secret === undefined) return None();
  return how === 'post' ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

/** What was found is kept; a failure is not. */
function onceFound(discover: Provider['server']): Provider['server'] {
  let found: AuthorizationServer | undefined;
  return async (http, signal) => {
    found ??= await discover(http, signal);
    return found;
  };
}

/** RFC 6749 §5.2 */
function advise({ error }: Refusal, loginCommand: string): string | undefined {
  switch (error) {
    case 'invalid_grant':
      return `The refresh token is revoked, expired or used up: log in again with \`${loginCommand}\`. See docs/oauth.md.`;
    case 'invalid_client':
      return 'Mend `oauth.clientId`, `oauth.clientSecret` and `oauth.clientAuthentication`.';
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return 'Allow the client this grant at the provider (`oauth.grant`).';
    case 'invalid_scope':
      return 'Mend `oauth.scope`.';
    default:
      return undefined;
  }
}
