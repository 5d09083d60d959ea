import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { inspect, promisify } from 'node:util';
import { Secret } from '../../../src/config/secret.js';
import { isLurewatchError } from '../../../src/errors/lurewatch-error.js';
import { openTunnel } from '../../../src/http/proxy/tunnel.js';
import { makeCertificate } from '../../support/certificates.js';
import { failure, withClient } from '../../support/http-client.js';
import { whileListening } from '../../support/listening.js';
import { withProxy } from '../../support/proxy-server.js';

const certificate = makeCertificate('IP:127.0.0.1');
const named = makeCertificate('DNS:localhost');
after(() => {
  certificate.remove();
  named.remove();
});

const get = { method: 'GET', path: '/' } as const;
const timeoutMs = 5_000;

for (const kind of ['http', 'socks5'] as const) {
  describe(`a host behind a ${kind} proxy`, () => {
    it('is not taken for one with a certificate for the name of the proxy', () =>
      withProxy({ kind }, ({ address }) =>
        whileListening(createSecureServer(certificate), async ({ port }) => {
          const settings = { ca: certificate.certFile, proxy: { address } };
          await withClient(`https://localhost:${port}`, settings, async (client) => {
            const { tls, message } = await failure(client.request(get));
            assert.ok(tls);
            assert.match(message, /localhost/);
          });
        }),
      ));
  });
}

describe('a proxy that connects and speaks for itself then', () => {
  for (const scheme of ['http', 'https'] as const) {
    it(`fails the request over ${scheme}, of which it saw nothing, and is asked once`, () =>
      whileListening(
        createServer((client) => client.once('data', () => client.end('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-'))),
        async ({ port, connections }) => {
          const proxy = { address: `http://127.0.0.1:${port}` };
          await withClient(`${scheme}://localhost:1`, { proxy }, async (client) => {
            const { sent, tls, message } = await failure(client.request(get));
            assert.deepEqual([sent, tls], ['no', false]);
            assert.match(message, /through the proxy .*unasked/);
          });
          assert.equal(connections.length, 1);
        },
      ));
  }
});

describe('a proxy that speaks no SOCKS5', () => {
  it('is told as that, not as one that wants a log-in', () =>
    whileListening(
      createServer((client) => client.once('data', () => client.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      async ({ port }) => {
        const work = openTunnel({ address: `socks5://127.0.0.1:${port}` }, 'mail.test', 993, timeoutMs);
        await assert.rejects(work, /through the proxy .*speaks no SOCKS5/);
      },
    ));
});

describe('a name that SOCKS5 cannot carry', () => {
  it('is refused: its end would be taken for a port, and more', () =>
    withProxy({ kind: 'socks5' }, async ({ address, asked }) => {
      const work = openTunnel({ address }, `${'a.'.repeat(130)}example`, 443, timeoutMs);
      await assert.rejects(work, (error) => isLurewatchError(error, 'LW_PROXY_REFUSES'));
      assert.deepEqual(asked, []);
    }));
});

describe('a proxy over TLS', () => {
  it('is given nothing where its certificate does not verify', () =>
    withProxy({ kind: 'http', tls: certificate }, async ({ address, asked }) => {
      const proxy = { address, credentials: new Secret('worker:s3cret') };
      await assert.rejects(openTunnel(proxy, 'mail.test', 993, timeoutMs), (error) => {
        assert.ok(isLurewatchError(error, 'LW_PROXY_REFUSES'), inspect(error));
        assert.match(error.message, /certificate of the proxy .*NODE_EXTRA_CA_CERTS/);
        return true;
      });
      assert.deepEqual(asked, []);
    }));

  it('is verified by the authorities of Node, whatever those of the host behind it', () =>
    withProxy({ kind: 'http', tls: certificate }, ({ address, asked }) =>
      whileListening(
        createSecureServer(named, (_, response) => response.end('hello')),
        async ({ port }) => {
          const client = new URL('../../../src/http/client.js', import.meta.url).href;
          const script = `
            import { HttpClient, httpDefaults } from ${JSON.stringify(client)};
            const { BASE: baseUrl, CA: ca, PROXY: address } = process.env;
            const client = new HttpClient({ ...httpDefaults, baseUrl, ca, proxy: { address } });
            console.log((await client.request({ method: 'GET', path: '/' })).body);
            await client.close();`;
          const env = { ...process.env, BASE: `https://localhost:${port}`, CA: named.certFile, PROXY: address };
          const { stdout, stderr } = await promisify(execFile)(
            process.execPath,
            ['--input-type=module', '-e', script],
            {
              env: { ...env, NODE_EXTRA_CA_CERTS: certificate.certFile },
            },
          );
          // Nor does Node complain of an address as the name in TLS (RFC 6066 §3).
          assert.deepEqual([stdout, stderr], ['hello\n', '']);
          assert.deepEqual(asked, [`localhost:${port}`]);
        },
      ),
    ));
});
