import assert from 'node:assert/strict';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../../src/config/secret.js';
import { isLurewatchError, type LurewatchError } from '../../../src/errors/lurewatch-error.js';
import type { HttpOptions } from '../../../src/http/client.js';
import { makeCertificate } from '../../support/certificates.js';
import { failure, withClient } from '../../support/http-client.js';
import { whileListening } from '../../support/listening.js';
import { type ProxyServerOptions, withProxy } from '../../support/proxy-server.js';

const certificate = makeCertificate('DNS:localhost');
after(() => certificate.remove());

const login = 'worker:p@ss: w/rd';
const get = { method: 'GET', path: '/' } as const;
const hello: RequestListener = (_, response) => response.end('hello');

/** A client of an HTTPS server that is reached through such a proxy. */
async function through(
  proxy: ProxyServerOptions,
  changes: (address: string) => Partial<HttpOptions>,
  work: (
    ask: () => Promise<string>,
    seen: { readonly asked: readonly string[]; readonly port: number },
  ) => Promise<void>,
): Promise<void> {
  await withProxy(proxy, ({ address, asked }) =>
    whileListening(createSecureServer(certificate, hello), ({ port }) =>
      withClient(`https://localhost:${port}`, { ca: certificate.certFile, ...changes(address) }, (client) =>
        work(async () => (await client.request(get)).body, { asked, port }),
      ),
    ),
  );
}

async function refused(work: Promise<unknown>): Promise<LurewatchError> {
  const error: unknown = await work.then(
    () => assert.fail('the proxy let it pass'),
    (reason: unknown) => reason,
  );
  assert.ok(isLurewatchError(error, 'LW_PROXY_REFUSES'), inspect(error));
  assert.doesNotMatch(inspect(error, { depth: 5 }), /p@ss|d29ya2Vy/, 'no credentials in the error');
  return error;
}

for (const kind of ['http', 'socks5'] as const) {
  describe(`a request through a ${kind} proxy`, () => {
    it('reaches a host by its name, with TLS all the way to it, on one connection for all', () =>
      through(
        { kind, wants: login },
        (address) => ({ proxy: { address, credentials: new Secret(login) }, maxConnections: 1 }),
        async (ask, { asked, port }) => {
          assert.deepEqual([await ask(), await ask()], ['hello', 'hello']);
          assert.deepEqual(asked, [`localhost:${port}`]);
        },
      ));

    it('fails for good where the proxy does not take the credentials, or asks for some', () =>
      through(
        { kind, wants: login },
        (address) => ({ proxy: { address, credentials: new Secret('worker:wr@ng') } }),
        async (ask, { asked }) => {
          assert.match((await refused(ask())).message, /proxy (?:http|socks5):\/\/127.*credentials.*Set `proxyAuth`/);
          assert.deepEqual(asked, []);
        },
      ).then(() =>
        through(
          { kind, wants: login },
          (address) => ({ proxy: { address } }),
          async (ask) => {
            assert.match((await refused(ask())).message, /credentials/);
          },
        ),
      ));

    it('fails for good where a rule of the proxy forbids the host', () =>
      through(
        { kind, answers: kind === 'http' ? 403 : 2 },
        (address) => ({ proxy: { address } }),
        async (ask, { port }) => {
          assert.match((await refused(ask())).message, new RegExp(`refuses to connect to localhost:${port}`));
        },
      ));

    it('fails for now, unsent, where the proxy cannot reach the host', () =>
      through(
        { kind, answers: kind === 'http' ? 503 : 4 },
        (address) => ({ proxy: { address } }),
        async (ask) => {
          const { sent, tls, message } = await failure(ask());
          assert.deepEqual([sent, tls], ['no', false]);
          assert.match(message, /through the proxy/);
        },
      ));

    it('fails where the host behind it has no good certificate', () =>
      through(
        { kind },
        (address) => ({ proxy: { address }, ca: undefined }),
        async (ask) => {
          assert.equal((await failure(ask())).tls, true);
        },
      ));

    it('works towards a host without TLS', () =>
      withProxy({ kind }, ({ address, asked }) =>
        whileListening(createHttpServer(hello), ({ port }) =>
          withClient(`http://127.0.0.1:${port}`, { proxy: { address } }, async (client) => {
            assert.equal((await client.request(get)).body, 'hello');
            assert.deepEqual(asked, [`127.0.0.1:${port}`]);
          }),
        ),
      ));

    it('fails for now where nobody is the proxy, or it hangs', async () => {
      await whileListening(createServer(), async ({ port }) => {
        const address = `${kind}://127.0.0.1:${port}`;
        await withClient('https://localhost:1', { proxy: { address }, connectTimeoutMs: 100 }, async (client) => {
          const { sent, message } = await failure(client.request(get));
          assert.equal(sent, 'no');
          assert.match(message, /through the proxy .*no answer within 100 ms/);
        });
      });
      const address = `${kind}://127.0.0.1:1`;
      await withClient('https://localhost:1', { proxy: { address } }, async (client) => {
        assert.match((await failure(client.request(get))).message, /through the proxy .*ECONNREFUSED/);
      });
    });
  });
}

describe('`proxy: none`', () => {
  it('is no proxy', () =>
    whileListening(createHttpServer(hello), ({ port }) =>
      withClient(`http://127.0.0.1:${port}`, { proxy: { address: 'none' } }, async (client) => {
        assert.equal((await client.request(get)).body, 'hello');
      }),
    ));
});
