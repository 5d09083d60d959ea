import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { makeCertificate } from '../../support/certificates.js';
import { whileListening } from '../../support/listening.js';
import { failureOf, openLogin } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

const secret = 'of the application: ä%+';

describe('tokens of any provider', () => {
  let provider: TokenEndpoint;
  beforeEach(async () => {
    provider = await TokenEndpoint.start();
  });
  afterEach(() => provider.close());

  const open = (changes: Readonly<Record<string, unknown>> = {}) =>
    openLogin(
      {
        ...{ provider: 'other', clientId: 'soc', clientSecret: { env: 'S' }, insecure: true },
        tokenEndpoint: `${provider.url}/token`,
        ...changes,
      },
      { S: secret },
    );
  const byIssuer = () => open({ tokenEndpoint: undefined, issuer: provider.url });
  const metadata = () => ({ issuer: provider.url, token_endpoint: `${provider.url}/oauth/token` });

  it('are asked for with the secret in the header or, where that is configured, in the body', async () => {
    await open({ scope: 'imap mail' }).tokens.get();
    // RFC 6749 §2.3.1: encoded as a form, then as Basic.
    const basic = Buffer.from(`soc:${new URLSearchParams({ '': secret }).toString().slice(1)}`).toString('base64');
    assert.equal(provider.requests[0]?.headers.authorization, `Basic ${basic}`);
    assert.deepEqual(provider.forms[0], { grant_type: 'client_credentials', scope: 'imap mail' });
    await open({ clientAuthentication: 'post' }).tokens.get();
    assert.deepEqual(provider.forms[1], {
      client_id: 'soc',
      client_secret: secret,
      grant_type: 'client_credentials',
    });
  });

  it('are asked for where the issuer says, which is asked once', async () => {
    provider.answer(200, metadata());
    const { tokens } = byIssuer();
    tokens.forget((await tokens.get()).value);
    await tokens.get();
    assert.deepEqual(
      provider.requests.map(({ path }) => path),
      ['/.well-known/openid-configuration', '/oauth/token', '/oauth/token'],
    );
  });

  it('fail for good where the issuer is not one', async () => {
    provider.answer(200, { ...metadata(), issuer: 'https://elsewhere.example.com' });
    assert.match((await failureOf(byIssuer().tokens.get(), 'LW_MAIL_GRANT')).message, /Mend `oauth\.issuer`/);
    provider.answers.push({ status: 404, body: 'no such page' });
    assert.match((await failureOf(byIssuer().tokens.get(), 'LW_MAIL_GRANT')).message, /answered 404/);
  });

  it('may come with an id_token of any issuer, and without an end', async () => {
    provider.granted = { id_token: 'not.a.token' };
    const { tokens } = open();
    assert.equal((await tokens.get()).value, 'token-1');
    assert.match(tokens.findings().join(), /good until an end that the provider does not tell/);
  });

  it('are no tokens where a redirect or a page in HTML is answered', async () => {
    provider.answers.push({ status: 302, headers: { location: 'https://login.example.com/' } });
    assert.equal((await failureOf(open().tokens.get(), 'LW_MAIL_PROVIDER')).retryable, true);
    provider.answers.push({ status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' });
    assert.match((await failureOf(open().tokens.get(), 'LW_MAIL_GRANT')).message, /answered 403\. Mend the address/);
  });

  it('come over TLS that verifies, by `oauth.ca`, and not otherwise', async () => {
    const certificate = makeCertificate('IP:127.0.0.1');
    const answer = JSON.stringify({ access_token: 'token-tls', token_type: 'bearer', expires_in: 60 });
    const server = createServer({ key: certificate.key, cert: certificate.cert }, (_request, response) => {
      response.setHeader('content-type', 'application/json').end(answer);
    });
    try {
      await whileListening(server, async ({ port }) => {
        const tokenEndpoint = `https://127.0.0.1:${port}/token`;
        const { tokens } = open({ tokenEndpoint, ca: certificate.certFile, insecure: false });
        assert.equal((await tokens.get()).value, 'token-tls');
        const { message } = await failureOf(open({ tokenEndpoint }).tokens.get(), 'LW_MAIL_TLS', [secret]);
        assert.match(message, /Give the CA of the provider with `oauth\.ca`/);
      });
    } finally {
      certificate.remove();
    }
  });
});
