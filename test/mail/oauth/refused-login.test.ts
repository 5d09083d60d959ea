import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { ImapSource } from '../../../src/mail/imap/imap-source.js';
import { imapTimeouts } from '../../../src/mail/imap/settings.js';
import { createAccessTokens } from '../../../src/mail/oauth/access-tokens.js';
import type { Mechanism } from '../../../src/mail/oauth/open-oauth.js';
import { failureOf } from '../../support/oauth.js';
import { type Script, type ScriptedImap, startScriptedImap } from '../../support/scripted-imap.js';

const token = 'ya29.a-token-of-some-length_0123456789';

/** AUTHENTICATE with the mechanisms that a server offers, both by default. */
function offering(answer: (line: string) => readonly string[], mechanisms = 'AUTH=XOAUTH2 AUTH=OAUTHBEARER'): Script {
  return {
    CAPABILITY: () => [`* CAPABILITY IMAP4rev1 SASL-IR ${mechanisms}`, 'OK done'],
    AUTHENTICATE: answer,
  };
}

describe('a log-in with an access token that a server refuses', () => {
  let server: ScriptedImap | undefined;
  let source: ImapSource | undefined;
  afterEach(async () => {
    await source?.close();
    await server?.stop();
  });

  async function start(script: Script, mechanism?: Mechanism): Promise<unknown> {
    server = await startScriptedImap(script);
    const grant = { accessToken: token, expiresInSeconds: 3600, refreshToken: undefined };
    const tokens = createAccessTokens({ title: 'a test', remarks: () => [], request: async () => grant });
    source = new ImapSource({
      ...{ where: 'mailbox soc', host: '127.0.0.1', port: server.port, username: 'soc', tls: 'none' },
      ...{ ca: undefined, verify: true, folders: ['INBOX'], read: 'unread', connections: 1, timeouts: imapTimeouts },
      oauth: { tokens, mechanism, mendRefused: 'Ask the administrator.', close: async () => undefined },
    });
    return source.list('INBOX', { which: 'all' });
  }

  const commands = () => server?.commands.filter((line) => line.startsWith('AUTHENTICATE')) ?? [];

  for (const mechanism of ['xoauth2', 'oauthbearer'] as const) {
    it(`cannot bring the token into an error by repeating the command (${mechanism})`, async () => {
      const work = start(
        offering((line) => [`BAD I do not know ${line}, auth=Bearer ${token}`]),
        mechanism,
      );
      const sasl = () => commands()[0]?.split(' ')[2] ?? '';
      const { message } = await failureOf(work, 'LW_MAIL_AUTH', [token]);
      assert.ok(Buffer.from(sasl(), 'base64').toString().includes(token));
      assert.ok(!message.includes(sasl().slice(0, 40)), message);
      assert.match(message, /I do not know .*\[secret\].*Bearer \[secret\]/);
      assert.equal(commands()[0]?.split(' ')[1], mechanism.toUpperCase());
    });
  }

  it('cannot bring the token into an error by naming it', async () => {
    const work = start(offering(() => [`NO the token ${token} has expired`]));
    assert.match((await failureOf(work, 'LW_MAIL_AUTH', [token])).message, /the token \[secret\] has expired/);
  });

  it('tells the status that the server gives with its refusal (RFC 7628), and what to do', async () => {
    const said = Buffer.from(JSON.stringify({ status: '401', schemes: 'bearer', scope: 'https://mail.google.com/' }));
    let tag = '';
    const challenge = (line: string) => {
      [tag = ''] = line.split(' ');
      return [`+ ${said.toString('base64')}`];
    };
    // The client ends the exchange with a line that is no command, and the server then refuses the command.
    const work = start({ ...offering(challenge), '': () => [`${tag} NO [AUTHENTICATIONFAILED] no`] });
    const { message, retryable } = await failureOf(work, 'LW_MAIL_AUTH', [token]);
    assert.match(message, /status 401, scope https:\/\/mail\.google\.com\/\)\. Ask the administrator\./);
    assert.equal(retryable, false);
  });

  it('is tried again later where the server itself cannot ask the provider', async () => {
    const { retryable } = await failureOf(
      start(offering(() => ['NO [UNAVAILABLE] Temporary failure'])),
      'LW_MAIL_PROTOCOL',
    );
    assert.equal(retryable, true);
  });

  it('uses the mechanism that the server offers', async () => {
    await failureOf(start(offering(() => ['NO no'], 'AUTH=XOAUTH2')), 'LW_MAIL_AUTH');
    assert.match(commands()[0] ?? '', /^AUTHENTICATE XOAUTH2 /);
  });

  it('says that the server does not offer the configured mechanism, or none', async () => {
    const one = await failureOf(
      start(
        offering(() => ['NO no'], 'AUTH=XOAUTH2'),
        'oauthbearer',
      ),
      'LW_MAIL_AUTH',
    );
    assert.match(one.message, /does not offer OAUTHBEARER on this connection: leave out `oauth\.mechanism`/);
    await source?.close();
    await server?.stop();
    const none = await failureOf(start(offering(() => ['NO no'], 'AUTH=PLAIN')), 'LW_MAIL_AUTH');
    assert.match(none.message, /offers neither XOAUTH2 nor OAUTHBEARER/);
    assert.deepEqual(commands(), []);
  });
});
