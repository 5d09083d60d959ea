import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { z } from 'zod';
import { failureOf, openLogin } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('tokens of Google', () => {
  let google: TokenEndpoint;
  beforeEach(async () => {
    google = await TokenEndpoint.start();
  });
  afterEach(() => google.close());

  const serviceAccountKey = () =>
    JSON.stringify({
      type: 'service_account',
      private_key_id: 'key-1',
      private_key: keys.privateKey,
      client_email: 'lurewatch@acme-soc.iam.gserviceaccount.com',
      client_id: '112233445566778899000',
      token_uri: `${google.url}/token`,
    });
  const delegated = () =>
    openLogin({ provider: 'google', serviceAccount: { env: 'K' }, insecure: true }, { K: serviceAccountKey() });
  const byUser = () =>
    openLogin(
      {
        ...{ provider: 'google', clientId: 'c.apps.googleusercontent.com', clientSecret: { env: 'S' } },
        ...{ refreshToken: { env: 'R' }, tokenEndpoint: `${google.url}/token`, insecure: true },
      },
      { S: 'GOCSPX-secret', R: '1//refresh' },
    );

  it('come from a service account that acts as the user of the mailbox', async () => {
    const { tokens } = delegated();
    assert.deepEqual(await tokens.get(), { value: 'token-1', fresh: true });
    const { assertion = '', ...form } = google.forms[0] ?? {};
    assert.deepEqual(form, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' });
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const signed = Buffer.from(`${header}.${claims}`);
    assert.ok(verify('RSA-SHA256', signed, createPublicKey(keys.publicKey), Buffer.from(signature, 'base64url')));
    const { iat, exp, ...said } = z
      .looseObject({ iat: z.number(), exp: z.number() })
      .parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    assert.equal(exp - iat, 3600);
    assert.deepEqual(said, {
      iss: 'lurewatch@acme-soc.iam.gserviceaccount.com',
      sub: 'soc@example.com',
      scope: 'https://mail.google.com/',
      aud: `${google.url}/token`,
    });
    assert.match(
      tokens.findings().join(),
      /service account lurewatch@acme-soc\S+ as soc@example\.com; the token is good/,
    );
  });

  it('come from the refresh token of a user', async () => {
    assert.equal((await byUser().tokens.get()).value, 'token-1');
    assert.deepEqual(google.forms, [
      {
        client_id: 'c.apps.googleusercontent.com',
        client_secret: 'GOCSPX-secret',
        grant_type: 'refresh_token',
        refresh_token: '1//refresh',
      },
    ]);
  });

  for (const [error, description, mend] of [
    [
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      /Add client ID 112233445566778899000 with the scope https:\/\/mail\.google\.com\/ in the Google Admin console/,
    ],
    ['invalid_grant', 'Invalid email or User ID', /soc@example\.com is a user of the domain/],
    ['invalid_grant', 'Invalid JWT Signature.', /clock is right/],
    ['admin_policy_enforced', 'blocked', /administrator of the domain blocks/],
  ] as const) {
    it(`fail for good for a service account, with what to do, at ${error} ${description.slice(0, 20)}`, async () => {
      google.answer(error === 'unauthorized_client' ? 401 : 400, { error, error_description: description });
      const { message, retryable } = await failureOf(delegated().tokens.get(), 'LW_MAIL_GRANT', [keys.privateKey]);
      assert.equal(retryable, false);
      assert.ok(message.includes(`${error}: ${description}`));
      assert.match(message, mend);
    });
  }

  it('fail for good where the refresh token is revoked, which no error shows', async () => {
    google.answer(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked: 1//refresh' });
    const { message } = await failureOf(byUser().tokens.get(), 'LW_MAIL_GRANT', ['1//refresh', 'GOCSPX-secret']);
    assert.match(message, /revoked: \[secret\]\. The refresh token is revoked or has expired/);
  });

  it('fail once where the only refresh token is refused, and not at each renewal', async () => {
    google.answer(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
    const { tokens } = byUser();
    const first = await failureOf(tokens.get(), 'LW_MAIL_GRANT', ['1//refresh']);
    assert.match(
      first.message,
      /revoked or has expired.*not sent again: put a new one there and restart the worker\. \[/,
    );
    const second = await failureOf(tokens.get(), 'LW_MAIL_GRANT', ['1//refresh']);
    assert.equal(second.message, first.message);
    assert.equal(google.requests.length, 1);
  });

  it('are not asked for over http:// that nobody has allowed', async () => {
    const { tokens } = openLogin({ provider: 'google', serviceAccount: { env: 'K' } }, { K: serviceAccountKey() });
    const { message } = await failureOf(tokens.get(), 'LW_MAIL_GRANT', [keys.privateKey]);
    assert.match(message, /only requests to HTTPS are allowed.*`oauth\.insecure`/);
    assert.equal(google.requests.length, 0);
  });

  it('are not asked for with something that is no key, and show none of it', async () => {
    const opened = async () =>
      openLogin({ provider: 'google', serviceAccount: { env: 'K' } }, { K: '{"private_key":"hunter2"}' });
    const { message } = await failureOf(opened(), 'LW_CONFIG_INVALID', ['hunter2']);
    assert.match(message, /^mailboxes\.soc\.oauth\.serviceAccount: this is no service account key/);
  });
});
