import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { z } from 'zod';
import { inFolder } from '../../support/folder.js';
import { failureOf, openLogin } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

const tenant = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490';
const clientId = '535fb089-9ff3-47b6-9bfb-4f1264799865';
const clientSecret = 'qWgdYAmab0YSkuL1qKv5bPX';

describe('tokens of Microsoft 365', () => {
  let entra: TokenEndpoint;
  beforeEach(async () => {
    entra = await TokenEndpoint.start();
  });
  afterEach(() => entra.close());

  const settings = () => ({ provider: 'microsoft', tenant, clientId, authority: entra.url, insecure: true });
  const withSecret = () => openLogin({ ...settings(), clientSecret: { env: 'S' } }, { S: clientSecret });

  it('are asked for with the client secret, for all that the application may', async () => {
    assert.deepEqual(await withSecret().tokens.get(), { value: 'token-1', fresh: true });
    assert.equal(entra.requests[0]?.path, `/${tenant}/oauth2/v2.0/token`);
    assert.deepEqual(entra.forms, [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'client_credentials',
        scope: 'https://outlook.office365.com/.default',
      },
    ]);
  });

  it('are asked for with an assertion that the certificate of the application signs', async () => {
    const { certificate, key } = await inFolder(async (folder) => rsaCertificate(folder));
    const oauth = openLogin(
      { ...settings(), certificate: { env: 'C' }, key: { env: 'K' } },
      { C: certificate, K: key },
    );
    await oauth.tokens.get();
    const { client_assertion = '', client_assertion_type, client_secret } = entra.forms[0] ?? {};
    assert.equal(client_assertion_type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    assert.equal(client_secret, undefined);
    const [header = '', claims = '', signature = ''] = client_assertion.split('.');
    const der = new X509Certificate(certificate).raw;
    const thumbprint = createHash('sha256').update(der).digest('base64url');
    assert.deepEqual(jsonOf(header), { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
    const { aud, iss, sub } = jsonOf(claims);
    assert.deepEqual([aud, iss, sub], [`${entra.url}/${tenant}/oauth2/v2.0/token`, clientId, clientId]);
    const publicKey = {
      key: new X509Certificate(certificate).publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    };
    assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
  });

  it('are not asked for with a key that is not that of the certificate', async () => {
    const one = await inFolder(async (folder) => rsaCertificate(folder));
    const other = await inFolder(async (folder) => rsaCertificate(folder));
    const config = { ...settings(), certificate: { env: 'C' }, key: { env: 'K' } };
    const opened = async () => openLogin(config, { C: one.certificate, K: other.key });
    const { message } = await failureOf(opened(), 'LW_CONFIG_INVALID', [other.key]);
    assert.match(message, /^mailboxes\.soc\.oauth\.key: the key is not that of the certificate/);
  });

  it('come from the refresh token of a user, the newest of which counts', async () => {
    const oauth = openLogin({ ...settings(), refreshToken: { env: 'R' } }, { R: 'refresh-0' });
    entra.granted = { expires_in: 3599, refresh_token: 'refresh-1' };
    const first = await oauth.tokens.get();
    oauth.tokens.forget(first.value);
    await oauth.tokens.get();
    const scope = 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access';
    assert.deepEqual(
      entra.forms,
      ['refresh-0', 'refresh-1'].map((refresh_token) => ({
        client_id: clientId,
        grant_type: 'refresh_token',
        refresh_token,
        scope,
      })),
    );
    assert.match(oauth.tokens.findings().join(), /`oauth\.tokenFile` is not set/);
  });

  for (const [error, description, mend] of [
    ['invalid_client', 'AADSTS7000215: Invalid client secret provided.', /Put the Value \(not the Secret ID\)/],
    ['invalid_client', 'AADSTS7000222: The provided client secret keys for app are expired.', /has not expired/],
    ['unauthorized_client', "AADSTS700016: Application with identifier 'x' was not found in the directory", /clientId/],
    ['invalid_request', "AADSTS90002: Tenant 'x' not found.", /Mend `oauth\.tenant`/],
    ['invalid_grant', 'AADSTS65001: The user or administrator has not consented to use the application', /Grant admin/],
    ['invalid_grant', 'AADSTS700082: The refresh token has expired due to inactivity.', /`lurewatch login soc`/],
    ['invalid_grant', 'AADSTS50173: The provided grant has expired due to it being revoked', /`lurewatch login soc`/],
    ['invalid_grant', 'AADSTS50076: you must use multi-factor authentication', /policy of the tenant/],
    ['invalid_grant', 'AADSTS99999: Something that is not known yet', /`lurewatch login soc`/],
    [
      'invalid_client',
      'AADSTS7000218: The request body must contain client_assertion or client_secret',
      /public client/,
    ],
  ] as const) {
    it(`fail for good, with what an administrator must do, at ${error} ${description.slice(0, 14)}`, async () => {
      entra.answer(400, {
        error,
        error_description: `${description}\r\nTrace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333\r\n`,
        error_codes: [1],
        timestamp: '2026-11-22 02:02:12Z',
      });
      const failure = await failureOf(withSecret().tokens.get(), 'LW_MAIL_GRANT', [clientSecret]);
      assert.equal(failure.retryable, false);
      assert.ok(
        failure.message.startsWith(`mailbox soc: Microsoft 365 answered 400: ${error}: ${description.slice(0, 14)}`),
      );
      assert.match(failure.message, mend);
      assert.equal(entra.requests.length, 1);
    });
  }

  it('are asked for again with the token that was refused: a policy or a consent may be why, with the same words', async () => {
    entra.answer(400, { error: 'invalid_grant', error_description: 'AADSTS53003: Access has been blocked' });
    const { tokens } = openLogin({ ...settings(), refreshToken: { env: 'R' } }, { R: 'refresh-0' });
    await failureOf(tokens.get(), 'LW_MAIL_GRANT', ['refresh-0']);
    await tokens.get();
    assert.equal(entra.requests.length, 2);
  });

  it('are asked for again later where Microsoft asks to wait, or is not itself', async () => {
    entra.answer(429, { error: 'temporarily_unavailable' }, { 'retry-after': '17' });
    const { retryable, retryAfterMs } = await failureOf(withSecret().tokens.get(), 'LW_MAIL_PROVIDER');
    assert.deepEqual([retryable, retryAfterMs], [true, 17_000]);
    entra.answer(400, { error: 'temporarily_unavailable', error_description: 'AADSTS90033: A transient error' });
    await failureOf(withSecret().tokens.get(), 'LW_MAIL_PROVIDER');
    entra.answer(503, 'Service Unavailable');
    await failureOf(withSecret().tokens.get(), 'LW_MAIL_PROVIDER');
    await entra.down();
    await failureOf(withSecret().tokens.get(), 'LW_MAIL_PROVIDER', [clientSecret]);
  });

  it('never come with the secret in an error, though the other side repeats it', async () => {
    entra.answer(401, { error: 'invalid_client', error_description: `no such secret: ${clientSecret}` });
    const { message } = await failureOf(withSecret().tokens.get(), 'LW_MAIL_GRANT', [clientSecret]);
    assert.match(message, /no such secret: \[secret\]/);
    entra.answer(200, { error: 'none', access_token: 7, client_secret: clientSecret });
    await failureOf(withSecret().tokens.get(), 'LW_MAIL_GRANT', [clientSecret]);
    entra.answers.push({ status: 200, body: `<html>${clientSecret}</html>` });
    await failureOf(withSecret().tokens.get(), 'LW_MAIL_PROVIDER', [clientSecret]);
  });
});

function rsaCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=soc', '-days', '2'];
  execFileSync('openssl', [...made, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' });
  return { certificate: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

function jsonOf(part: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(part, 'base64url').toString()));
}
