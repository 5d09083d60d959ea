import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { toFailure } from '../../../src/activities/failures.js';
import { makeCertificate } from '../../support/certificates.js';
import { failsWith, filesOf, served, servedBy, withSources } from '../../support/feed-sources.js';
import { whileListening } from '../../support/listening.js';

const right = makeCertificate('IP:127.0.0.1');
const otherName = makeCertificate('DNS:feeds.example');
after(() => {
  for (const { remove } of [right, otherName]) remove();
});

const answering: RequestListener = (_request, response) => void response.end('rows');

test('no connection is made to a private address unless that is allowed', () =>
  served(answering, async ({ at, source, fetch, listening: { port, connections } }) => {
    const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0.0.0.0', '[::ffff:127.0.0.1]', 'localhost'];
    for (const host of hosts) {
      const config = { url: `http://${host}:${port}/`, insecure: true };
      await failsWith('LW_FEED_ADDRESS', fetch(source(config)));
      await failsWith('LW_FEED_ADDRESS', source(config).check());
    }
    assert.equal(connections.length, 0);
    filesOf(await fetch(at('/', { url: `http://localhost:${port}/` })));
    assert.equal(connections.length, 1);
  }));

test('the certificate of a server is verified', () =>
  servedBy(createSecureServer(right, answering), 'https', async ({ at, fetch }) => {
    filesOf(await fetch(at('/', { ca: right.certFile })));
    filesOf(await fetch(at('/', { verify: false })));
    await failsWith('LW_FEED_TLS', fetch(at('/')));
    await failsWith('LW_FEED_TLS', at('/').check());
    await failsWith('LW_FEED_TLS', fetch(at('/', { ca: otherName.certFile })));
  }));

test('a certificate of another name is refused, and so is a server without TLS', async () => {
  await servedBy(createSecureServer(otherName, answering), 'https', async ({ at, fetch }) => {
    await failsWith('LW_FEED_TLS', fetch(at('/', { ca: otherName.certFile })));
  });
  await served(answering, async ({ source, fetch, listening: { port } }) => {
    await failsWith('LW_FEED_TLS', fetch(source({ url: `https://127.0.0.1:${port}/`, allowPrivate: true })));
  });
});

test('what a broken CA file or an unset secret means is told before anything is sent', () =>
  withSources(async ({ source }) => {
    const url = 'https://feeds.example/';
    assert.throws(() => source({ url, ca: 'nowhere.pem' }), { code: 'LW_CONFIG_INVALID' });
    assert.throws(() => source({ url, headers: { 'Auth-Key': { env: 'FEED_KEY' } } }), {
      code: 'LW_SECRET_UNSET',
      where: 'feeds.leaks.source.headers.Auth-Key',
    });
    const headers = { 'Auth-Key': { env: 'FEED_KEY' } };
    assert.throws(() => source({ url, headers }, { FEED_KEY: 'two\nlines' }), { code: 'LW_CONFIG_INVALID' });
  }));

test('headers and the key in the address reach the server', async () => {
  const seen: (string | string[] | undefined)[] = [];
  const listener: RequestListener = ({ url, headers }, response) => {
    seen.push(url, headers['auth-key'], headers['user-agent'], headers.accept);
    response.end('rows');
  };
  await served(listener, async ({ at, fetch, origin }) => {
    const headers = { 'Auth-Key': { env: 'FEED_KEY' }, 'USER-AGENT': 'soc', Accept: 'text/csv' };
    const source = at(
      '/files/{key}/recent.csv',
      { key: { env: 'PATH_KEY' }, headers },
      { FEED_KEY: 'a b', PATH_KEY: 'c/d' },
    );
    assert.equal(filesOf(await fetch(source)).files[0]?.name, `${origin}/files/{key}/recent.csv`);
    assert.deepEqual(seen, ['/files/c%2Fd/recent.csv', 'a b', 'soc', 'text/csv']);
  });
});

const misbehaving: Readonly<Record<string, RequestListener>> = {
  'echoes everything as 401': (request, response) =>
    void response.writeHead(401, JSON.stringify(request.headers).slice(0, 500)).end(`${request.url}`),
  'echoes everything as 503': (request, response) => void response.writeHead(503).end(inspect(request.headers)),
  'redirects to a signed address that is not there': (request, response) => {
    if (request.url?.startsWith('/signed')) response.writeHead(404).end();
    else response.writeHead(302, { location: '/signed/hunter2?signature=hunter2' }).end();
  },
  'redirects in a circle': (request, response) => void response.writeHead(302, { location: request.url ?? '' }).end(),
  'cuts the connection': (request) => void request.socket.destroy(),
  'cuts the body': (request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('x', () => request.socket.destroy());
  },
  'speaks no HTTP': ({ socket, url }) => void socket.end(`${url}\r\n\r\n`),
  'sends too much': (_request, response) => void response.end('x'.repeat(1001)),
  'sends what it does not name': (_request, response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end('hunter2'),
  'never answers': () => {},
};

for (const [what, listener] of Object.entries(misbehaving)) {
  test(`no secret stands in an error, its causes or a failure where a server ${what}`, () =>
    served(listener, async ({ at, fetch }) => {
      const config = {
        headers: { 'Auth-Key': { env: 'SECRET' }, Authorization: { env: 'SECRET' } },
        key: { env: 'SECRET' },
        maxBytes: 1000,
        stallTimeout: '200ms',
      };
      const source = at('/{key}/leaks.tsv?token=hunter2', config, { SECRET: 'hunter2' });
      const error: unknown = await fetch(source).then(
        () => assert.fail('expected an error'),
        (reason: unknown) => reason,
      );
      const failure = toFailure(error);
      for (const shown of [String(error), inspect(error, { depth: 8 }), failure.message, String(failure.cause)]) {
        assert.doesNotMatch(shown, /hunter2/);
      }
      assert.doesNotMatch(inspect(source, { depth: 8, showHidden: true }), /hunter2/);
    }));
}

test('a proxy carries the connection, whose certificate is verified all the same', async () => {
  const asked: (string | undefined)[] = [];
  const tunnels: Socket[] = [];
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    asked.push(request.url);
    const [host, port] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    tunnels.push(onward);
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
  });
  await whileListening(proxy, ({ port }) =>
    servedBy(createSecureServer(right, answering), 'https', async ({ at, source, fetch, listening }) => {
      const through = { proxy: `http://127.0.0.1:${port}`, ca: right.certFile };
      filesOf(await fetch(at('/', through)));
      assert.deepEqual(asked, [`127.0.0.1:${listening.port}`]);
      await failsWith('LW_FEED_TLS', fetch(at('/', { ...through, ca: otherName.certFile })));
      const url = `https://127.0.0.1:${listening.port}/`;
      await failsWith('LW_FEED_ADDRESS', fetch(source({ url, ...through })));
    }),
  );
  for (const tunnel of tunnels) tunnel.destroy();
});
