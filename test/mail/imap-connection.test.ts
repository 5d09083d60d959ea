import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/config/secret.js';
import { ensureCertificate } from '../../src/dev/certificate.js';
import type { Dovecot } from '../../src/dev/dovecot.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { type ImapSettings, imapTimeouts } from '../../src/mail/imap/settings.js';
import { bytesOf, imapSource, plainThrough, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { TcpProxy } from '../support/tcp-proxy.js';

describe('connecting over IMAP', () => {
  let dovecot: Dovecot;
  let withoutTls: Dovecot;
  let folder: string;
  const opened: { close(): Promise<void> }[] = [];
  before(async () => {
    dovecot = await startTestDovecot();
    withoutTls = await startTestDovecot({ tls: false });
    folder = await mkdtemp(join(tmpdir(), 'lurewatch-imap-'));
    await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail('here') }]);
  });
  after(async () => {
    await dovecot?.stop();
    await withoutTls?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const thing of opened.splice(0)) await thing.close();
  });

  function open(server: Dovecot, changes: Partial<ImapSettings>): ImapSource {
    const source = imapSource(server, changes);
    opened.push(source);
    return source;
  }

  async function openProxy(): Promise<TcpProxy> {
    const proxy = await TcpProxy.start({ host: dovecot.host, port: dovecot.imapPort });
    opened.push({ close: () => proxy.stop() });
    return proxy;
  }

  /** Lists INBOX with these settings: the number of messages, or the error. */
  async function attempt(server: Dovecot, changes: Partial<ImapSettings>): Promise<number> {
    return (await open(server, changes).list('INBOX', { which: 'unread' })).uids.length;
  }

  async function assertFails(server: Dovecot, changes: Partial<ImapSettings>, code: ErrorCode, text = /mailbox soc: /) {
    await assert.rejects(attempt(server, changes), (error) => {
      assert.ok(isLurewatchError(error, code), inspect(error));
      assert.match(error.message, text);
      return true;
    });
  }

  it('trusts the authority that `ca` names, over TLS and STARTTLS', async () => {
    assert.equal(await attempt(dovecot, {}), 1);
    assert.equal(await attempt(dovecot, { host: 'localhost' }), 1);
    assert.equal(await attempt(dovecot, { port: dovecot.imapPort, tls: 'starttls' }), 1);
  });

  it('refuses a certificate that does not verify, over TLS and STARTTLS', async () => {
    const { caFile } = await ensureCertificate(join(folder, 'other'));
    for (const ca of [undefined, caFile]) {
      await assertFails(dovecot, { ca }, 'LW_MAIL_TLS', /`ca`/);
      await assertFails(dovecot, { ca, port: dovecot.imapPort, tls: 'starttls' }, 'LW_MAIL_TLS', /`ca`/);
    }
  });

  it('goes without verification only where the configuration says so', async () => {
    assert.equal(await attempt(dovecot, { ca: undefined, verify: false }), 1);
    assert.equal(await attempt(dovecot, { ca: undefined, verify: false, port: dovecot.imapPort, tls: 'starttls' }), 1);
  });

  it('sends no password to a server without STARTTLS when that is required', async () => {
    const changes: Partial<ImapSettings> = { port: withoutTls.imapPort, tls: 'starttls' };
    await assertFails(withoutTls, changes, 'LW_MAIL_TLS', /STARTTLS/);
    assert.doesNotMatch(await withoutTls.log(), /Login: user=<soc@example.com>|auth failed/);
  });

  it('speaks plain text only where the configuration says so', async () => {
    assert.equal(await attempt(withoutTls, plainThrough(withoutTls.imapPort)), 0);
    await assertFails(dovecot, { port: dovecot.imapPort }, 'LW_MAIL_TLS', /speaks TLS from the first byte/);
  });

  it('says that the CA file cannot be read', async () => {
    await assertFails(dovecot, { ca: join(folder, 'none.pem') }, 'LW_CONFIG_INVALID', /none\.pem cannot be read/);
  });

  it('fails for good with a wrong password, which no error shows', async () => {
    const wrong = 'hunter2-is-wrong';
    for (const changes of [{}, plainThrough(dovecot.imapPort)]) {
      await assert.rejects(attempt(dovecot, { ...changes, password: new Secret(wrong) }), (error) => {
        assert.ok(isLurewatchError(error, 'LW_MAIL_AUTH'));
        assert.equal(error.retryable, false);
        const everything = inspect(error, { depth: null, showHidden: true });
        assert.ok(!everything.includes(wrong));
        assert.ok(!everything.includes(Buffer.from(wrong).toString('base64')));
        return true;
      });
    }
  });

  it('calls a refused connection unreachable, and a name that does not exist unknown', async () => {
    const proxy = await openProxy();
    await proxy.refuse();
    await assertFails(dovecot, plainThrough(proxy.port), 'LW_MAIL_UNREACHABLE', /ECONNREFUSED/);
    await assertFails(dovecot, { host: 'mail.invalid' }, 'LW_MAIL_HOST_UNKNOWN', /mail\.invalid/);
  });

  it('gives up on a server that does not greet, or falls silent', async () => {
    const proxy = await openProxy();
    const timeouts = { ...imapTimeouts, greetingMs: 100, silenceMs: 200 };
    proxy.pause();
    await assertFails(dovecot, { ...plainThrough(proxy.port), timeouts }, 'LW_MAIL_UNREACHABLE', /GREETING_TIMEOUT/);
    proxy.resume();
    const source = open(dovecot, { ...plainThrough(proxy.port), timeouts: { ...timeouts, greetingMs: 5000 } });
    const { uids, ...ref } = await source.list('INBOX', { which: 'unread' });
    proxy.pause();
    await assert.rejects(source.markSeen(ref, uids), (error) => isLurewatchError(error, 'LW_MAIL_UNREACHABLE'));
  });

  it('holds at most `connections` at a time, uses them again, and ends them when closed', async () => {
    const proxy = await openProxy();
    const source = open(dovecot, { ...plainThrough(proxy.port), connections: 2 });
    await Promise.all(Array.from({ length: 8 }, () => source.list('INBOX', { which: 'unread' })));
    assert.equal(proxy.peak, 2);
    assert.equal(proxy.total, 2);
    assert.equal(proxy.open, 2);
    await source.close();
    await proxy.until(({ open }) => open === 0);
    await assert.rejects(source.list('INBOX', { which: 'unread' }), (error) => isLurewatchError(error));
    assert.equal(proxy.total, 2);
  });

  it('logs out a connection that nobody uses', async () => {
    const proxy = await openProxy();
    const source = open(dovecot, { ...plainThrough(proxy.port), timeouts: { ...imapTimeouts, idleMs: 50 } });
    await source.list('INBOX', { which: 'unread' });
    assert.equal(proxy.open, 1);
    // The timer holds no process open by itself; the proxy's sockets do, here.
    await proxy.until(({ open }) => open === 0);
    assert.equal((await source.list('INBOX', { which: 'unread' })).uids.length, 1);
  });

  it('connects anew when the server dropped the connection in between', async () => {
    const proxy = await openProxy();
    const source = open(dovecot, plainThrough(proxy.port));
    await source.list('INBOX', { which: 'unread' });
    proxy.cutNow();
    assert.equal((await source.list('INBOX', { which: 'unread' })).uids.length, 1);
  });

  it('stops at once when told to, while connecting, while waiting for a turn and in the middle of a command', async () => {
    const proxy = await openProxy();
    const source = open(dovecot, { ...plainThrough(proxy.port), connections: 1 });
    const reason = new Error('the worker is told to stop');

    proxy.pause();
    const controller = new AbortController();
    const connecting = source.list('INBOX', { which: 'unread' }, controller.signal);
    const waiting = source.list('INBOX', { which: 'unread' }, controller.signal);
    await proxy.until(({ total }) => total === 1);
    controller.abort(reason);
    await assert.rejects(connecting, (error) => error === reason);
    await assert.rejects(waiting, (error) => error === reason);

    proxy.resume();
    await source.list('INBOX', { which: 'unread' });
    proxy.pause();
    const second = new AbortController();
    const listing = source.list('INBOX', { which: 'unread' }, second.signal);
    setImmediate(() => second.abort(reason));
    await assert.rejects(listing, (error) => error === reason);
    proxy.resume();
    await proxy.until(({ open }) => open === 0);
    assert.equal((await source.list('INBOX', { which: 'unread' })).uids.length, 1);
  });

  it('stops at once in the middle of a message', async () => {
    const [uid = ''] = await dovecot.mailboxes.append(user, 'Large', [
      { raw: rawMail('large', 'x'.repeat(5_000_000)) },
    ]);
    const proxy = await openProxy();
    const source = open(dovecot, plainThrough(proxy.port));
    const listing = await source.list('Large', { which: 'unread' });
    const reason = new Error('the worker is told to stop');
    const controller = new AbortController();
    const fetching = source.fetch(
      listing,
      [uid],
      { maxBytes: 50_000_000 },
      async (message) => {
        proxy.pause();
        setImmediate(() => controller.abort(reason));
        await bytesOf(message);
      },
      controller.signal,
    );
    await assert.rejects(fetching, (error) => error === reason);
  });
});
