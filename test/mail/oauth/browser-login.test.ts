import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Secret } from '../../../src/config/secret.js';
import { browserLogin } from '../../../src/mail/oauth/browser-login.js';
import { oauthSchema } from '../../../src/mail/oauth/config.js';
import { createProvider } from '../../../src/mail/oauth/open-oauth.js';
import { createProviderHttp } from '../../../src/mail/oauth/provider-http.js';
import { oauthSetup } from '../../../src/mail/oauth/setup.js';
import type { ProviderHttp } from '../../../src/mail/oauth/types.js';
import { failureOf } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

describe('logging in to Google by a browser', () => {
  let google: TokenEndpoint;
  let http: ProviderHttp;
  beforeEach(async () => {
    google = await TokenEndpoint.start();
    http = createProviderHttp({ ca: undefined, verify: true, insecure: true });
  });
  afterEach(async () => {
    await http.close();
    await google.close();
  });

  /** `visit`: what the browser does with the address that is shown. */
  function logIn(visit: (address: URL) => Promise<void>, signal = AbortSignal.timeout(60_000)): Promise<string> {
    const client = { clientId: 'c.apps.googleusercontent.com', clientSecret: { env: 'S' }, tokenFile: 'soc.token' };
    const endpoint = { tokenEndpoint: `${google.url}/token`, insecure: true };
    const oauth = oauthSchema.parse({ provider: 'google', ...client, ...endpoint });
    const setup = oauthSetup('soc', 'soc@example.com', () => new Secret('GOCSPX-secret'));
    const show = ({ verificationUri }: { verificationUri: string }) => void visit(new URL(verificationUri));
    return browserLogin(createProvider(oauth, setup), http, 'soc@example.com', show, signal);
  }

  /** As Google sends the browser back. */
  async function back(address: URL, answer: Readonly<Record<string, string>>): Promise<number> {
    const url = new URL(address.searchParams.get('redirect_uri') ?? '');
    const state = address.searchParams.get('state') ?? '';
    for (const [name, value] of Object.entries({ state, ...answer })) url.searchParams.set(name, value);
    return (await fetch(url)).status;
  }

  it('asks for the scope of mail, and exchanges what the browser brings', async () => {
    google.granted = { expires_in: 3599, refresh_token: '1//refresh' };
    let asked = new URLSearchParams();
    const token = await logIn(async (address) => {
      asked = address.searchParams;
      assert.equal(address.origin + address.pathname, 'https://accounts.google.com/o/oauth2/v2/auth');
      await back(address, { code: '4/code', iss: 'https://accounts.google.com' });
    });
    assert.equal(token, '1//refresh');
    assert.deepEqual(
      ['scope', 'access_type', 'prompt', 'login_hint'].map((name) => asked.get(name)),
      ['https://mail.google.com/', 'offline', 'consent', 'soc@example.com'],
    );
    const { code_verifier = '', ...form } = google.forms[0] ?? {};
    assert.equal(createHash('sha256').update(code_verifier).digest('base64url'), asked.get('code_challenge'));
    assert.deepEqual(form, {
      client_id: 'c.apps.googleusercontent.com',
      client_secret: 'GOCSPX-secret',
      code: '4/code',
      grant_type: 'authorization_code',
      redirect_uri: asked.get('redirect_uri') ?? '',
    });
  });

  it('takes no answer but that to its own question', async () => {
    google.granted = { refresh_token: '1//refresh' };
    const token = await logIn(async (address) => {
      assert.equal(await back(address, { state: 'of another', code: 'forged' }), 404);
      await back(address, { code: '4/code' });
    });
    assert.equal(token, '1//refresh');
    assert.deepEqual(
      google.forms.map(({ code }) => code),
      ['4/code'],
    );
  });

  it('goes on where something else asks for what is no address', async () => {
    google.granted = { refresh_token: '1//refresh' };
    const token = await logIn(async (address) => {
      const { port } = new URL(address.searchParams.get('redirect_uri') ?? '');
      for (const path of ['//', 'http://[/']) {
        const asked = connect(Number(port), '127.0.0.1');
        asked.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
        assert.match(await text(asked), /^HTTP\/1\.1 40[04] /);
      }
      await back(address, { code: '4/code' });
    });
    assert.equal(token, '1//refresh');
  });

  it('fails for good where the user does not allow it', async () => {
    const work = logIn(async (address) => void (await back(address, { error: 'access_denied' })));
    const { message } = await failureOf(work, 'LW_MAIL_GRANT', ['GOCSPX-secret']);
    assert.match(message, /did not allow it: access_denied\. Start `lurewatch login soc` again/);
  });

  it('ends when told to', async () => {
    const stop = new AbortController();
    const reason = new Error('told to stop');
    const work = logIn(async () => stop.abort(reason), stop.signal);
    await assert.rejects(work, (error) => error === reason);
  });
});
