import { createServer, type Server } from 'node:http';
import {
  AuthorizationResponseError,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  validateAuthResponse,
} from 'oauth4webapi';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { unlessAborted } from '../../http/unless-aborted.js';
import { excerpt } from '../../soar/printable.js';
import { parseAnyUrl } from '../../url/parse-any-url.js';
import type { ShowLogin } from './login-step.js';
import { requestToken } from './token-request.js';
import type { Provider, ProviderHttp } from './types.js';

const patienceMs = 10 * 60_000;

/**
 * Gets a refresh token by a browser of this machine (RFC 8252 §7.3, with PKCE): for a provider that gives no device code for
 * mail. Shows an address, and waits on 127.0.0.1 for the browser to come back from it.
 * @param username is suggested to whoever logs in
 * @throws LW_MAIL_GRANT where it is refused, or nobody comes; LW_MAIL_PROVIDER; the reason of `signal`
 */
export async function browserLogin(
  provider: Provider,
  http: ProviderHttp,
  username: string,
  show: ShowLogin,
  signal: AbortSignal,
): Promise<string> {
  const server = await provider.server(http, signal);
  const [state, verifier] = [generateRandomState(), generateRandomCodeVerifier()];
  const listener = createServer();
  try {
    const redirectUri = await listen(listener);
    const address = new URL(server.authorization_endpoint ?? '');
    const parameters = {
      client_id: provider.client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: provider.scope ?? '',
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      access_type: 'offline',
      // Without it Google gives a refresh token only the first time.
      prompt: 'consent',
      login_hint: username,
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    const expiresAt = new Date(Date.now() + patienceMs);
    const coming = comesBack(listener, provider, server, state);
    show({ verificationUri: address.href, userCode: undefined, expiresAt });
    const answer = await unlessAborted(coming, signal);
    const { refreshToken } = await requestToken(
      provider,
      http,
      (asked, options) =>
        authorizationCodeGrantRequest(
          asked,
          provider.client,
          provider.clientAuth,
          answer,
          redirectUri,
          verifier,
          options,
        ),
      [answer.get('code') ?? '', verifier],
      signal,
    );
    if (refreshToken !== undefined) return refreshToken;
    throw failed(provider, `${provider.name} gave no refresh token`);
  } finally {
    listener.close();
    listener.closeAllConnections();
  }
}

async function listen(listener: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new TypeError('listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

/** The parameters that the browser brings; whatever comes without our `state` is not ours and changes nothing. */
function comesBack(
  listener: Server,
  provider: Provider,
  server: AuthorizationServer,
  state: string,
): Promise<URLSearchParams> {
  return new Promise((resolve, reject) => {
    const overdue = setTimeout(() => reject(failed(provider, 'nobody has logged in in time')), patienceMs);
    listener.once('close', () => clearTimeout(overdue));
    listener.on('request', (request, response) => {
      // Whatever runs on this machine, a page in the browser too, can ask for anything here, such as `//`.
      const asked = `http://127.0.0.1${request.url ?? '/'}`;
      const url = parseAnyUrl(asked);
      if (url === null || url.searchParams.get('state') !== state) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Lurewatch has its answer. This window can be closed.\n');
      try {
        resolve(validateAuthResponse(server, provider.client, url, state));
      } catch (error) {
        const why = error instanceof AuthorizationResponseError ? `: ${excerpt(error.error)}` : '';
        reject(failed(provider, `whoever logged in did not allow it${why}`));
      }
    });
  });
}

function failed({ where, loginCommand }: Provider, what: string): LurewatchError {
  const mend = `Start \`${loginCommand}\` again, and log in as the user of the mailbox.`;
  return new LurewatchError('LW_MAIL_GRANT', what, { where, mend });
}
