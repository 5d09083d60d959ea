import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { mailboxSchema } from '../../src/config/schema.js';
import { Secret } from '../../src/config/secret.js';
import type { Dovecot } from '../../src/dev/dovecot.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { createSource } from '../../src/mail/create-source.js';
import type { MailSource } from '../../src/mail/source.js';
import { type CliResult, runCli, startCli } from '../support/cli.js';
import { rawMail, readAll, startTestDovecot, user } from '../support/dovecot.js';
import { IdentityProvider } from '../support/identity-provider.js';
import { eventually, startTestServer } from '../support/temporal.js';

describe('a mailbox whose server takes access tokens', () => {
  let provider: IdentityProvider;
  let dovecot: Dovecot;
  let folder: string;
  const sources: MailSource[] = [];

  before(async () => {
    provider = await IdentityProvider.start(user);
    dovecot = await startTestDovecot({
      oauth: {
        introspectionUrl: provider.introspectionUrl,
        usernameAttribute: 'username',
        mechanisms: ['xoauth2', 'oauthbearer'],
      },
    });
    folder = await mkdtemp(join(tmpdir(), 'lurewatch-oauth-'));
  });
  after(async () => {
    for (const source of sources) await source.close();
    await dovecot?.stop();
    await provider?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const byApplication = () => ({
    provider: 'other',
    issuer: provider.issuer,
    clientId: 'soc-app',
    clientSecret: { env: 'APP_SECRET' },
    insecure: true,
  });
  const byUser = (tokenFile: string) => ({
    provider: 'other',
    issuer: provider.issuer,
    clientId: 'soc-device',
    grant: 'refresh-token',
    scope: 'openid offline_access',
    tokenFile,
    insecure: true,
  });
  const mailbox = (oauth: object) => ({
    host: dovecot.host,
    port: dovecot.imapsPort,
    ca: dovecot.caFile,
    username: user,
    oauth,
    targets: ['cases'],
  });

  function open(oauth: object): MailSource {
    const config = mailboxSchema.parse(mailbox(oauth));
    const source = createSource('soc', config, () => new Secret(provider.appSecret), folder);
    sources.push(source);
    return source;
  }

  /** How the mailbox was logged in to last. */
  async function lastMethod(): Promise<string | undefined> {
    const methods = [...(await dovecot.log()).matchAll(/Login: user=<soc@example\.com>, method=(\w+)/g)];
    return methods.findLast(([, method]) => method !== 'PLAIN')?.[1];
  }

  /** One of two calls at once takes the connection that is open, the other logs in. */
  async function onNewConnection(source: MailSource): Promise<void> {
    await Promise.all([1, 2].map(() => source.list('INBOX', { which: 'unread' })));
  }

  /** `lurewatch` with this mailbox alone. */
  async function configured(oauth: object): Promise<string> {
    const file = join(folder, 'lurewatch.yaml');
    const targets = { cases: { kind: 'file', path: './cases' } };
    await writeFile(file, stringify({ mailboxes: { soc: mailbox(oauth) }, targets }));
    return file;
  }

  /** Nothing that was ever given out stands in a text. */
  function assertTellsNoToken(text: string): void {
    const secrets = [...provider.tokens, ...provider.refreshTokens, provider.appSecret];
    assert.ok(secrets.length > 1);
    for (const secret of secrets) {
      assert.ok(!text.includes(secret), text);
      const inSasl = /[A-Za-z0-9+/=]{40,}/g;
      for (const [word] of text.matchAll(inSasl)) {
        assert.ok(!Buffer.from(word, 'base64').toString().includes(secret), text);
      }
    }
  }

  async function assertFails(work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(isLurewatchError(error, code), inspect(error));
      assert.match(error.message, words);
      assertTellsNoToken(inspect(error, { depth: null, showHidden: true }));
      return true;
    });
  }

  /** As a person does with the code that the command shows. */
  async function logIn(config: string, ...options: string[]): Promise<CliResult> {
    const login = startCli(['login', 'soc', '--config', config, ...options]);
    await login.said('Waiting until');
    const [, code = ''] = /enter (\S+), and log in as soc@example\.com/.exec(login.stderr) ?? [];
    await provider.approve(code);
    return login.ended;
  }

  for (const mechanism of ['xoauth2', 'oauthbearer']) {
    it(`is read and marked over ${mechanism}, by client credentials`, async () => {
      const [uid = ''] = await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail(mechanism) }]);
      const source = open({ ...byApplication(), mechanism });
      const listing = await source.list('INBOX', { which: 'unread' });
      assert.deepEqual(listing.uids, [uid]);
      const [message] = await readAll(source, listing, [uid]);
      assert.equal(message?.raw.toString(), rawMail(mechanism).toString());
      assert.deepEqual((await source.markSeen(listing, [uid])).marked, [uid]);
      assert.equal(await lastMethod(), mechanism.toUpperCase());
    });
  }

  it('is polled by a worker, and no token stands in its log or in a history', async () => {
    await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail('polled') }]);
    const config = await configured(byApplication());
    const temporal = await startTestServer();
    const environment = { TEMPORAL_ADDRESS: temporal.address, APP_SECRET: provider.appSecret };
    const worker = startCli(['worker', '--config', config, '--log-level', 'debug'], { environment });
    try {
      await worker.said('worker is ready');
      const { status, stdout, stderr } = await runCli(['ingest', 'soc', '--json', '--config', config], { environment });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /"delivered":1\b/);
      assertTellsNoToken(stdout + stderr);
      const { workflow } = temporal.client;
      // The poll and its batch.
      await eventually(async () => ((await workflow.count()).count > 1 ? true : undefined), 'workflows are listed');
      for await (const { workflowId } of workflow.list()) {
        const { events } = await workflow.getHandle(workflowId).fetchHistory();
        assertTellsNoToken(JSON.stringify(events));
        // What a payload holds is base64 there.
        for (const { workflowExecutionStartedEventAttributes: started } of events ?? []) {
          for (const { data } of started?.input?.payloads ?? []) assertTellsNoToken(Buffer.from(data ?? []).toString());
        }
      }
    } finally {
      worker.signal('SIGTERM');
      const { stderr } = await worker.ended;
      await temporal.stop();
      assertTellsNoToken(stderr);
    }
  });

  it('shares one token among its connections', async () => {
    const before = provider.tokens.length;
    const source = open(byApplication());
    await Promise.all([1, 2, 3].map(() => source.list('INBOX', { which: 'unread' })));
    assert.equal(provider.tokens.length, before + 1);
    const [line = ''] = (await source.check()).findings.filter((finding) => finding.startsWith('OAuth'));
    assert.match(line, /^OAuth: 127\.0\.0\.1:\d+, client credentials of soc-app; the token is good until 20\d\d-/);
    assertTellsNoToken(inspect(source, { depth: null, showHidden: true }));
  });

  it('takes another token before the one that it has ends', async () => {
    provider.lifeSeconds = 3;
    const source = open(byApplication());
    // On a slow machine a token may have ended before the first log-in with it.
    const logIn = () => source.list('INBOX', { which: 'unread' }).catch(() => undefined);
    await eventually(logIn, 'a log-in within the life of its token').finally(() => {
      provider.lifeSeconds = 3600;
    });
    const first = provider.tokens.at(-1) ?? '';
    await eventually(async () => ((await provider.takes(first)) ? undefined : true), 'the end of the token');
    const before = provider.tokens.length;
    await onNewConnection(source);
    assert.equal(provider.tokens.length, before + 1);
  });

  it('takes a fresh token, once, where the server refuses the kept one', async () => {
    const source = open(byApplication());
    await source.list('INBOX', { which: 'unread' });
    await provider.revokeTokens();
    const before = provider.tokens.length;
    await onNewConnection(source);
    assert.equal(provider.tokens.length, before + 1);
  });

  it('says what to do where the token is not for its user', async () => {
    const config = mailboxSchema.parse({ ...mailbox(byApplication()), username: 'other@example.com' });
    const source = createSource('soc', config, () => new Secret(provider.appSecret), folder);
    sources.push(source);
    const before = provider.tokens.length;
    const words = /^mailbox soc: could not log in .*The provider gave a token and the mail server refuses it/;
    await assertFails(source.list('INBOX', { which: 'unread' }), 'LW_MAIL_AUTH', words);
    assert.equal(provider.tokens.length, before + 1);
  });

  it('fails for good with a wrong secret of the application, which nothing shows', async () => {
    const source = open({ ...byApplication(), clientSecret: { env: 'APP_SECRET' }, clientId: 'nobody' });
    await assertFails(
      source.list('INBOX', { which: 'unread' }),
      'LW_MAIL_GRANT',
      /invalid_client.*Mend `oauth\.clientId`/,
    );
  });

  it('says that nobody has logged in yet', async () => {
    const source = open(byUser('nobody.token'));
    await assertFails(
      source.list('INBOX', { which: 'unread' }),
      'LW_MAIL_GRANT',
      /nobody has logged in yet.*`lurewatch login soc`/,
    );
  });

  it('is read with the refresh token that `lurewatch login` gets by device code and shows to nobody', async () => {
    const config = await configured(byUser('soc.token'));
    const { status, stdout, stderr } = await logIn(config);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(`Open ${provider.issuer}/device in a browser`), stderr);
    assertTellsNoToken(stderr);
    const file = join(folder, 'soc.token');
    const token = await readFile(file, 'utf8');
    assert.equal(token, `${provider.refreshTokens.at(-1)}\n`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);

    for (const mechanism of ['xoauth2', 'oauthbearer']) {
      await open({ ...byUser('soc.token'), mechanism }).list('INBOX', { which: 'unread' });
      assert.equal(await lastMethod(), mechanism.toUpperCase());
    }
    const source = open(byUser('soc.token'));
    await source.list('INBOX', { which: 'unread' });
    assert.notEqual(await readFile(file, 'utf8'), token);
    assert.match((await source.check()).findings.join('\n'), /refresh token for soc-device; the token is good until/);
  });

  it('is read by several workers with one token file, though a refresh token works only once', async () => {
    const file = join(folder, 'shared.token');
    await writeFile(file, await provider.refreshToken());
    const workers = [1, 2, 3].map(() => open(byUser('shared.token')));
    await Promise.all(workers.map((worker) => worker.list('INBOX', { which: 'unread' })));
    assert.equal(await readFile(file, 'utf8'), `${provider.refreshTokens.at(-1)}\n`);
  });

  it('fails once and clearly when the grant is revoked, and goes on after a log-in, without a restart', async () => {
    const oauth = byUser('revoked.token');
    const source = open(oauth);
    await writeFile(join(folder, 'revoked.token'), await provider.refreshToken());
    await provider.revokeGrants();
    const before = provider.tokenRequests;
    const words =
      /^mailbox soc: 127\.0\.0\.1:\d+ answered 400: invalid_grant.* log in again with `lurewatch login soc`/;
    await assertFails(source.list('INBOX', { which: 'unread' }), 'LW_MAIL_GRANT', words);
    assert.equal(provider.tokenRequests, before + 1);

    const { status, stdout } = await logIn(await configured(oauth), '--json');
    assert.equal(status, 0);
    const [code = '', ...done] = stdout.trim().split('\n');
    assert.deepEqual(Object.keys(JSON.parse(code)), ['verificationUri', 'userCode', 'expiresAt']);
    assert.deepEqual(done, [JSON.stringify({ mailbox: 'soc', tokenFile: join(folder, 'revoked.token') })]);
    await source.list('INBOX', { which: 'unread' });
  });

  it('shows the refresh token only where it is asked to, and has no other place for it', async () => {
    const { tokenFile: _, ...placeless } = byUser('');
    const config = await configured({ ...placeless, refreshToken: { env: 'SOC_REFRESH_TOKEN' } });
    const refused = await runCli(['login', 'soc', '--config', config]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--show and keep the token in the environment variable SOC_REFRESH_TOKEN/);
    const { status, stdout, stderr } = await logIn(config, '--show');
    assert.equal(status, 0, stderr);
    assert.equal(stdout, `${provider.refreshTokens.at(-1)}\n`);
    assertTellsNoToken(stderr);
  });

  it('ends the log-in on Ctrl-C and keeps nothing', async () => {
    const login = startCli(['login', 'soc', '--config', await configured(byUser('stopped.token'))]);
    await login.said('Waiting until');
    login.signal('SIGINT');
    const { status, stdout } = await login.ended;
    assert.deepEqual([status, stdout], [1, '']);
    await assert.rejects(stat(join(folder, 'stopped.token')), { code: 'ENOENT' });
  });

  it('ends on Ctrl-C and keeps nothing, also where another process has the file', async () => {
    const login = startCli(['login', 'soc', '--config', await configured(byUser('taken.token'))]);
    await login.said('Waiting until');
    await writeFile(join(folder, 'taken.token.lock'), 'of another\n');
    const before = provider.refreshTokens.length;
    const [, code = ''] = /enter (\S+), and log in/.exec(login.stderr) ?? [];
    await provider.approve(code);
    await eventually(async () => (provider.refreshTokens.length > before ? true : undefined), 'the token is given');
    login.signal('SIGINT');
    const { status, stdout } = await login.ended;
    assert.deepEqual([status, stdout], [1, '']);
    await assert.rejects(stat(join(folder, 'taken.token')), { code: 'ENOENT' });
  });
});
