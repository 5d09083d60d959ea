import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { closed, failure, served, withClient } from '../support/http-client.js';
import { whileListening } from '../support/listening.js';

const get = { method: 'GET', path: '/thing' } as const;
const post = { method: 'POST', path: '/thing', body: '{}' } as const;

test('any answer is given back with its status, headers and body', async () => {
  const listener: RequestListener = (request, response) => {
    response.writeHead(418, { 'X-One': '1', 'set-cookie': ['a=1', 'b=2'] });
    response.end(`${request.method} ${request.url} ${request.headers['user-agent']}`);
  };
  await served(listener, {}, async (client) => {
    const response = await client.request({ ...get, path: '/thing?x=1' });
    assert.equal(response.status, 418);
    assert.equal(response.headers['x-one'], '1');
    assert.equal(response.headers['set-cookie'], 'a=1, b=2');
    assert.equal(response.body, 'GET /base/thing?x=1 lurewatch');
  });
});

test('a redirect is an answer and is not followed', async () => {
  const paths: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: '/elsewhere' }).end();
  };
  await served(listener, {}, async (client) => {
    assert.equal((await client.request(post)).status, 307);
    assert.deepEqual(paths, ['/base/thing']);
  });
});

test('an answer that is broken off leaves nothing of what it held in the error', async () => {
  const listener: RequestListener = (_request, response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ{"access_token":"tok-4711"}');
  };
  await served(listener, {}, async (client) => {
    const error = await failure(client.request(post));
    assert.equal(error.sent, 'maybe');
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /tok-4711/);
  });
});

for (const request of [get, post]) {
  test(`a ${request.method} whose connection breaks is not sent again, and may have arrived`, async () => {
    let arrived = 0;
    const listener: RequestListener = (incoming) => {
      arrived += 1;
      incoming.socket.destroy();
    };
    await served(listener, {}, async (client) => {
      assert.equal((await failure(client.request(request))).sent, 'maybe');
      assert.equal(arrived, 1);
    });
  });
}

test('a kept connection that closes while the next request is on its way leaves that one in doubt', async () => {
  // Answers the first request of a connection, and hangs up at the first byte of the second.
  let requests = 0;
  const server = createTcpServer((socket) => {
    let answered = false;
    socket.on('data', () => {
      requests += 1;
      if (answered) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=60\r\n\r\n');
      answered = true;
    });
  });
  await whileListening(server, ({ port }) =>
    withClient(`http://127.0.0.1:${port}`, { maxConnections: 1 }, async (client) => {
      // GET: what undici would call idempotent, and in one piece.
      assert.equal((await client.request(get)).status, 200);
      assert.equal((await failure(client.request(get))).sent, 'maybe');
      assert.equal(requests, 2);
    }),
  );
});

test('a kept connection that has closed in the meantime is replaced, and the request sent once', async () => {
  let requests = 0;
  const listener: RequestListener = (_incoming, response) => {
    requests += 1;
    response.end('ok');
  };
  await served(listener, {}, async (client, { connections }) => {
    await client.request(post);
    const [first] = connections;
    assert.ok(first);
    first.destroy();
    await closed(first);
    assert.equal((await client.request(post)).body, 'ok');
    assert.equal(requests, 2);
    assert.equal(connections.length, 2);
  });
});

test('a refused connection is certain not to have carried the request', async () => {
  let port = 0;
  await whileListening(createServer(), async (listening) => {
    port = listening.port;
  });
  await withClient(`http://127.0.0.1:${port}`, {}, async (client) => {
    const error = await failure(client.request(post));
    assert.equal(error.sent, 'no');
    assert.equal(error.tls, false);
    assert.match(error.message, /ECONNREFUSED/);
    assert.equal(error.toLurewatch('LW_TARGET', 'targets.cases').code, 'LW_TARGET_UNAVAILABLE');
  });
});

for (const [what, answer] of [
  ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['ends within its headers', 'HTTP/1.1 200 OK\r\ncontent-len'],
  ['ends within its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":'],
  ['ends within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"id":'],
] as const) {
  test(`an answer that ${what} is none`, async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.end(answer)));
    await whileListening(server, ({ port }) =>
      withClient(`http://127.0.0.1:${port}`, {}, async (client) => {
        assert.equal((await failure(client.request(post))).sent, 'maybe');
      }),
    );
  });
}

test('the reason of the caller comes back as it is, before, in and after the queue', async () => {
  let arrived = 0;
  const caller = new AbortController();
  const reason = { any: 'value' };
  const listener: RequestListener = () => {
    arrived += 1;
    caller.abort(reason);
  };
  await served(listener, { ratePerSecond: 1 }, async (client, { connections }) => {
    const before = await client.request({ ...get, signal: AbortSignal.abort(reason) }).catch((error) => error);
    assert.equal(before, reason);
    assert.equal(arrived, 0);
    const under = client.request({ ...get, signal: caller.signal }).catch((error) => error);
    const queued = client.request({ ...get, signal: caller.signal }).catch((error) => error);
    assert.equal(await under, reason);
    assert.equal(await queued, reason);
    assert.equal(arrived, 1);
    const [socket] = connections;
    assert.ok(socket);
    await closed(socket);
  });
});

test('closing ends requests under way', async () => {
  await served(
    () => undefined,
    {},
    async (client, { connections }) => {
      const pending = failure(client.request(get));
      while (connections.length === 0) await pause(1);
      await client.close();
      assert.ok(['no', 'maybe'].includes((await pending).sent));
    },
  );
});
