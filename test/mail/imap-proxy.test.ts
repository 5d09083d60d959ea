import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/config/secret.js';
import type { Dovecot } from '../../src/dev/dovecot.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { type ImapSettings, imapTimeouts } from '../../src/mail/imap/settings.js';
import { makeCertificate } from '../support/certificates.js';
import { imapSource, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { closed } from '../support/http-client.js';
import { whileListening } from '../support/listening.js';
import { withProxy } from '../support/proxy-server.js';

let dovecot: Dovecot;
before(async () => {
  dovecot = await startTestDovecot();
  await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail('here') }]);
});
after(() => dovecot?.stop());

const certificate = makeCertificate('IP:127.0.0.1');
after(() => certificate.remove());

/** How many unread mails there are. */
async function unread(changes: Partial<ImapSettings>): Promise<number> {
  const source = imapSource(dovecot, changes);
  try {
    return (await source.list('INBOX', { which: 'unread' })).uids.length;
  } finally {
    await source.close();
  }
}

async function fails(changes: Partial<ImapSettings>, code: ErrorCode, text: RegExp): Promise<void> {
  await assert.rejects(unread(changes), (error) => {
    assert.ok(isLurewatchError(error, code), inspect(error));
    assert.match(error.message, /^mailbox soc: /);
    assert.match(error.message, text);
    assert.doesNotMatch(inspect(error, { depth: 5 }), /s3cret|czNjcmV0/, 'no credentials in the error');
    return true;
  });
}

for (const kind of ['http', 'socks5'] as const) {
  describe(`a mailbox behind a ${kind} proxy`, () => {
    it('is read, over TLS from the first byte and over STARTTLS', () =>
      withProxy({ kind, wants: 'worker:s3cret' }, async ({ address, asked }) => {
        const proxy = { address, credentials: new Secret('worker:s3cret') };
        assert.equal(await unread({ proxy }), 1);
        assert.equal(await unread({ proxy, tls: 'starttls', port: dovecot.imapPort }), 1);
        assert.deepEqual(asked, [`${dovecot.host}:${dovecot.imapsPort}`, `${dovecot.host}:${dovecot.imapPort}`]);
      }));

    it('tells for good that the proxy does not take the credentials, or forbids the host', async () => {
      await withProxy({ kind, wants: 'worker:other' }, async ({ address }) => {
        const proxy = { address, credentials: new Secret('worker:s3cret') };
        await fails({ proxy }, 'LW_PROXY_REFUSES', /does not take our credentials.*Set `proxyAuth`/);
        await fails({ proxy: { address } }, 'LW_PROXY_REFUSES', /credentials/);
      });
      await withProxy({ kind, answers: kind === 'http' ? 403 : 2 }, async ({ address }) => {
        await fails({ proxy: { address } }, 'LW_PROXY_REFUSES', /refuses to connect to .*Let the proxy connect/);
      });
    });

    it('is tried again where the proxy cannot reach the server, or nobody is the proxy', async () => {
      await withProxy({ kind, answers: kind === 'http' ? 502 : 5 }, async ({ address }) => {
        await fails({ proxy: { address } }, 'LW_MAIL_UNREACHABLE', /through the proxy/);
      });
      await fails({ proxy: { address: `${kind}://127.0.0.1:1` } }, 'LW_MAIL_UNREACHABLE', /through the proxy/);
    });
  });
}

describe('a mailbox behind a proxy over TLS', () => {
  it('tells for good that the certificate of the proxy does not verify', () =>
    withProxy({ kind: 'http', tls: certificate }, async ({ address }) => {
      await fails({ proxy: { address } }, 'LW_PROXY_REFUSES', /certificate of the proxy .*NODE_EXTRA_CA_CERTS/);
    }));
});

describe('a mailbox behind a proxy that hangs', () => {
  it('is tried again, and the proxy is named', () =>
    whileListening(createServer(), async ({ port }) => {
      const timeouts = { ...imapTimeouts, connectMs: 100 };
      const proxy = { address: `http://127.0.0.1:${port}` };
      await fails({ proxy, timeouts }, 'LW_MAIL_UNREACHABLE', new RegExp(`through the proxy ${proxy.address}`));
    }));

  it('is left for good by one who gave up: what the proxy connects later is closed', async () => {
    const server = createServer();
    const asked = new Promise<Socket>((resolve) => {
      server.on('connection', (client) => client.once('data', () => resolve(client)));
    });
    await whileListening(server, async ({ port }) => {
      const ending = new AbortController();
      const source = imapSource(dovecot, { proxy: { address: `http://127.0.0.1:${port}` }, tls: 'none' });
      const listing = source.list('INBOX', { which: 'unread' }, ending.signal);
      const client = await asked;
      ending.abort(new Error('given up'));
      await assert.rejects(listing, /given up/);
      await source.close();
      client.write('HTTP/1.1 200 OK\r\n\r\n* OK [CAPABILITY IMAP4rev1] ready\r\n');
      await closed(client);
    });
  });
});

describe('credentials of a SOCKS5 proxy that IMAP cannot send as they are', () => {
  it('are refused before anything is sent', () =>
    fails(
      { proxy: { address: 'socks5://127.0.0.1:1', credentials: new Secret('worker:s3cret@') } },
      'LW_CONFIG_INVALID',
      /characters that IMAP cannot send/,
    ));
});
