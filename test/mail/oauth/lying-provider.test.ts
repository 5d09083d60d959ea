import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { describe, it } from 'node:test';
import type { OAuthLogin } from '../../../src/mail/oauth/open-oauth.js';
import { whileListening } from '../../support/listening.js';
import { failureOf, openLogin } from '../../support/oauth.js';

const secret = 's+cret of the application';
const token = 'a-token-that-is-in-no-error';

/** Answers whatever is asked with these bytes, and hangs up. */
function answering(...bytes: readonly string[]): Server {
  return createServer((socket) => socket.once('data', () => socket.end(bytes.join('\r\n'))));
}

function answeringJson(status: string, body: unknown): Server {
  return answering(
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    'Connection: close',
    '',
    JSON.stringify(body),
  );
}

async function withLogin(server: Server, body: (login: OAuthLogin) => Promise<void>): Promise<void> {
  await whileListening(server, async ({ port }) => {
    const tokenEndpoint = `http://127.0.0.1:${port}/token`;
    const config = { provider: 'other', clientId: 'soc', clientSecret: { env: 'S' }, tokenEndpoint, insecure: true };
    const login = openLogin(config, { S: secret });
    await body(login).finally(() => login.close());
  });
}

describe('a provider that answers as none should', () => {
  it('is asked again later where its status is none of HTTP', async () => {
    await withLogin(answering('HTTP/1.1 999 Denied', 'Content-Length: 0', '', ''), async ({ tokens }) => {
      const { message } = await failureOf(tokens.get(), 'LW_MAIL_PROVIDER');
      assert.match(message, /answered with the status 999/);
    });
  });

  it('brings no token into an error by an answer that is broken off', async () => {
    const broken = answering('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', `ZZ{"access_token":"${token}"}`);
    await withLogin(broken, async ({ tokens }) => {
      await failureOf(tokens.get(), 'LW_MAIL_PROVIDER', [token]);
    });
  });

  it('may give a token for ever', async () => {
    const answer = { access_token: token, token_type: 'bearer', expires_in: 1e300 };
    await withLogin(answeringJson('200 OK', answer), async ({ tokens }) => {
      await tokens.get();
      assert.match(tokens.findings().join(), /the token is good until 20\d\d-/);
      assert.deepEqual(await tokens.get(), { value: token, fresh: false });
    });
  });

  for (const [form, echo] of [
    ['as in a form', `client_secret=${new URLSearchParams({ '': secret }).toString().slice(1)}`],
    ['as in an address', `client_secret=${encodeURIComponent(secret)}`],
    [
      'as in a header',
      `Basic ${Buffer.from(`soc:${new URLSearchParams({ '': secret }).toString().slice(1)}`).toString('base64')}`,
    ],
    ['as in a JWT', `client_assertion=eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJzb2MifQ.c2lnbmF0dXJl`],
  ] as const) {
    it(`brings no secret into an error by repeating it ${form}`, async () => {
      const refusal = { error: 'invalid_client', error_description: `I do not know ${echo} at all` };
      await withLogin(answeringJson('401 Unauthorized', refusal), async ({ tokens }) => {
        const { message } = await failureOf(tokens.get(), 'LW_MAIL_GRANT', [echo.split(/[= ]/).at(1) ?? '']);
        assert.match(message, /I do not know \S+[= ]\[secret\] at all/);
      });
    });
  }
});
