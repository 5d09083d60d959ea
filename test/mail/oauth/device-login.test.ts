import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Secret } from '../../../src/config/secret.js';
import { oauthSchema } from '../../../src/mail/oauth/config.js';
import { deviceLogin } from '../../../src/mail/oauth/device-login.js';
import type { LoginStep } from '../../../src/mail/oauth/login-step.js';
import { createProvider } from '../../../src/mail/oauth/open-oauth.js';
import { createProviderHttp } from '../../../src/mail/oauth/provider-http.js';
import { oauthSetup } from '../../../src/mail/oauth/setup.js';
import type { ProviderHttp } from '../../../src/mail/oauth/types.js';
import { failureOf } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

describe('logging in by device code', () => {
  let provider: TokenEndpoint;
  let http: ProviderHttp;
  beforeEach(async () => {
    provider = await TokenEndpoint.start();
    http = createProviderHttp({ ca: undefined, verify: true, insecure: true });
  });
  afterEach(async () => {
    await http.close();
    await provider.close();
  });

  const shown: LoginStep[] = [];
  /** As Microsoft answers, but quicker. */
  function giveCode(changes: Readonly<Record<string, unknown>> = {}): void {
    provider.answer(200, {
      ...{ user_code: 'FJC3LXSM', device_code: 'secret-device-code', expires_in: 900, interval: 0.01 },
      verification_uri: 'https://microsoft.com/devicelogin',
      ...changes,
    });
  }

  function logIn(): Promise<string> {
    const config = { provider: 'microsoft', tenant: 'example.com', clientId: 'app', tokenFile: 'soc.token' };
    const oauth = oauthSchema.parse({ ...config, authority: provider.url, insecure: true });
    const setup = oauthSetup('soc', 'soc@example.com', () => new Secret('none'));
    return deviceLogin(createProvider(oauth, setup), http, (code) => shown.push(code), AbortSignal.timeout(60_000));
  }

  it('waits until somebody has entered the code, and gives the refresh token', async () => {
    giveCode();
    provider.answer(400, { error: 'authorization_pending', error_description: 'AADSTS70016: pending' });
    provider.answer(400, { error: 'authorization_pending' });
    provider.granted = { expires_in: 3600, refresh_token: 'refresh-1' };
    assert.equal(await logIn(), 'refresh-1');
    assert.equal(shown.at(-1)?.userCode, 'FJC3LXSM');
    assert.equal(shown.at(-1)?.verificationUri, 'https://microsoft.com/devicelogin');
    assert.deepEqual(
      provider.requests.map(({ path }) => path),
      ['devicecode', 'token', 'token', 'token'].map((end) => `/example.com/oauth2/v2.0/${end}`),
    );
    assert.deepEqual(provider.forms.slice(0, 2), [
      { client_id: 'app', scope: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access' },
      {
        client_id: 'app',
        device_code: 'secret-device-code',
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      },
    ]);
  });

  for (const [error, words] of [
    ['authorization_declined', /did not allow it.*Start `lurewatch login` again/],
    ['access_denied', /did not allow it/],
    ['expired_token', /answered 400: expired_token/],
  ] as const) {
    it(`fails for good at ${error}`, async () => {
      giveCode();
      provider.answer(400, { error });
      const { message } = await failureOf(logIn(), 'LW_MAIL_GRANT', ['secret-device-code']);
      assert.match(message, words);
    });
  }

  it('asks no more often than it is told to, however long that is', async () => {
    giveCode({ interval: 3_000_000, expires_in: 0.3 });
    const pending = JSON.stringify({ error: 'authorization_pending' });
    provider.fault({ kind: 'status', status: 400, body: pending, path: '/token', times: Number.POSITIVE_INFINITY });
    await failureOf(logIn(), 'LW_MAIL_GRANT');
    // The code, and one at its very end, or two where a timer is early.
    assert.ok(provider.requests.length <= 3, String(provider.requests.length));
  });

  it('says when to be done, though the code is good for ever', async () => {
    giveCode({ expires_in: 1e300 });
    provider.granted = { refresh_token: 'refresh-1' };
    await logIn();
    assert.match(shown.at(-1)?.expiresAt.toISOString() ?? '', /^20/);
  });

  it('ends with the code, where nobody enters it', async () => {
    giveCode({ expires_in: 0 });
    const { message } = await failureOf(logIn(), 'LW_MAIL_GRANT');
    assert.match(message, /the code ended before anybody entered it/);
  });

  it('says what is missing where there is no refresh token in the answer', async () => {
    giveCode();
    const { message } = await failureOf(logIn(), 'LW_MAIL_GRANT', ['token-1']);
    assert.match(message, /gave no refresh token\. Add `offline_access`/);
  });

  it('says why there is no code', async () => {
    provider.answer(400, { error: 'invalid_client', error_description: 'AADSTS7000218: client_secret' });
    assert.match((await failureOf(logIn(), 'LW_MAIL_GRANT')).message, /Allow public client flows/);
  });
});
