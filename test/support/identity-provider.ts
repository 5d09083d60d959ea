import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { isRecord } from '../../src/config/is-record.js';

const scope = 'openid offline_access';

/**
 * A real OpenID provider on 127.0.0.1 (oidc-provider) whose tokens Dovecot can ask about.
 *
 * - client `soc-app` with `appSecret`: client credentials; `soc-device`, a public one: device code and refresh tokens;
 * - every token has the claim `username`, also those of client credentials, which have no `sub`;
 * - refresh tokens are rotated, and one that is used twice ends them all;
 * - `lifeSeconds` of the next access tokens; `tokens`, `refreshTokens`: every one given out.
 */
export class IdentityProvider {
  readonly appSecret = 'application-secret-0123456789abcdef';
  readonly #mailUser: string;
  readonly #server: Server;
  #listener: RequestListener = (_request, response) => response.writeHead(503).end();
  #provider: Provider | undefined;
  lifeSeconds = 3600;
  /** Access tokens in the order of issue. */
  readonly tokens: string[] = [];
  readonly refreshTokens: string[] = [];
  /** To its token endpoint, whatever came of them. */
  tokenRequests = 0;

  private constructor(mailUser: string) {
    this.#mailUser = mailUser;
    this.#server = createServer((request, response) => this.#listener(request, response));
  }

  static async start(mailUser: string): Promise<IdentityProvider> {
    const made = new IdentityProvider(mailUser);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    made.#provider = made.#create();
    made.#listener = made.#provider.callback();
    return made;
  }

  get issuer(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** For Dovecot, with the credentials of its own client. */
  get introspectionUrl(): string {
    return `${this.issuer.replace('//', '//dovecot:dovecot-secret@')}/token/introspection`;
  }

  /** What a person does who opens the verification page, enters the code, logs in and agrees. */
  async approve(userCode: string): Promise<void> {
    const code = await this.#running().DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
    if (code === undefined) throw new Error(`no such code: ${userCode}`);
    Object.assign(code, await this.#consent());
    await code.save();
  }

  /** A refresh token, as one gets it that way. */
  async refreshToken(): Promise<string> {
    const provider = this.#running();
    const client = await provider.Client.find('soc-device');
    if (client === undefined) throw new Error('no client');
    return new provider.RefreshToken({ client, gty: 'device_code', ...(await this.#consent()) }).save();
  }

  /** Whether an access token of client credentials is still good. */
  async takes(token: string): Promise<boolean> {
    return (await this.#running().ClientCredentials.find(token))?.isValid === true;
  }

  /** What an administrator does who ends what was allowed: refresh and access tokens are worth nothing from now on. */
  async revokeGrants(): Promise<void> {
    const provider = this.#running();
    for (const value of this.refreshTokens) {
      const token = await provider.RefreshToken.find(value, { ignoreExpiration: true });
      const grant = token?.grantId === undefined ? undefined : await provider.Grant.find(token.grantId);
      await grant?.destroy();
    }
  }

  /** Ends the access tokens of client credentials given out so far, before their time. */
  async revokeTokens(): Promise<void> {
    const { ClientCredentials } = this.#running();
    for (const value of this.tokens) await (await ClientCredentials.find(value))?.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #consent() {
    const accountId = this.#mailUser;
    const { Grant } = this.#running();
    const grant = new Grant({ clientId: 'soc-device', accountId });
    grant.addOIDCScope(scope);
    return { accountId, grantId: await grant.save(), scope, authTime: Math.floor(Date.now() / 1000) };
  }

  #running(): Provider {
    if (this.#provider === undefined) throw new Error('not started');
    return this.#provider;
  }

  #create(): Provider {
    const client = { redirect_uris: [], response_types: [] };
    const provider = new Provider(this.issuer, {
      clients: [
        { ...client, client_id: 'soc-app', client_secret: this.appSecret, grant_types: ['client_credentials'] },
        {
          ...client,
          client_id: 'soc-device',
          token_endpoint_auth_method: 'none',
          application_type: 'native',
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        },
        { ...client, client_id: 'dovecot', client_secret: 'dovecot-secret', grant_types: [] },
      ],
      features: {
        clientCredentials: { enabled: true },
        deviceFlow: { enabled: true },
        introspection: { enabled: true },
        devInteractions: { enabled: false },
      },
      cookies: { keys: ['of a test'] },
      findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
      extraTokenClaims: () => ({ username: this.#mailUser }),
      rotateRefreshToken: true,
      ttl: { AccessToken: () => this.lifeSeconds, ClientCredentials: () => this.lifeSeconds },
    });
    // RFC 8628 §3.2 lets a provider say how often it may be asked; five seconds, without it, are long for a test.
    provider.use(async (context, next) => {
      if (context.path === '/token') this.tokenRequests += 1;
      await next();
      const { path, body } = context;
      if (path === '/device/auth' && isRecord(body)) Object.assign(body, { interval: 1 });
    });
    provider.on('access_token.saved', ({ jti }) => this.tokens.push(jti));
    provider.on('client_credentials.saved', ({ jti }) => this.tokens.push(jti));
    provider.on('refresh_token.saved', ({ jti }) => this.refreshTokens.push(jti));
    return provider;
  }
}
