import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { closed, failure, served, withClient } from '../support/http-client.js';
import { whileListening } from '../support/listening.js';

const get = { method: 'GET', path: '/thing' } as const;

test('a server that never answers ends at the total time', async () => {
  await served(
    () => undefined,
    { totalTimeoutMs: 100 },
    async (client) => {
      const error = await failure(client.request(get));
      assert.equal(error.sent, 'maybe');
      assert.match(error.message, /within 100 ms/);
      assert.equal(error.toLurewatch('LW_MISP', 'misp').code, 'LW_MISP_AMBIGUOUS');
    },
  );
});

test('a server that never sends headers ends at their time, one that stops within the body at its own', async () => {
  const listener: RequestListener = (request, response) => {
    if (request.url?.endsWith('/body')) response.writeHead(200).write('beginning');
  };
  await served(listener, { headersTimeoutMs: 100, bodyTimeoutMs: 100 }, async (client) => {
    assert.match((await failure(client.request(get))).message, /UND_ERR_HEADERS_TIMEOUT/);
    assert.match((await failure(client.request({ ...get, path: '/body' }))).message, /UND_ERR_BODY_TIMEOUT/);
    await failure(client.request({ ...get, unfinished: 'take' }));
    const { cut = '', ...begun } = await client.request({ ...get, path: '/body', unfinished: 'take' });
    assert.deepEqual([begun.status, begun.body], [200, 'beginning']);
    assert.match(cut, /UND_ERR_BODY_TIMEOUT/);
  });
});

test('an answer that trickles for ever ends at the total time', async () => {
  const listener: RequestListener = (_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  };
  await served(listener, { totalTimeoutMs: 200, bodyTimeoutMs: 1000 }, async (client) => {
    assert.equal((await failure(client.request(get))).sent, 'maybe');
    const { status, cut = '' } = await client.request({ ...get, unfinished: 'take' });
    assert.equal(status, 200);
    assert.match(cut, /within 200 ms/);
  });
});

test('an answer above the limit fails, and its connection with it', async () => {
  const listener: RequestListener = (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
    };
    response.on('drain', more);
    more();
  };
  await served(listener, { maxResponseBytes: 100_000 }, async (client, { connections }) => {
    const error = await failure(client.request(get));
    assert.equal(error.sent, 'maybe');
    assert.match(error.message, /longer than 100000 bytes/);
    const [socket] = connections;
    assert.ok(socket);
    await closed(socket);
    const beginning = await client.request({ ...get, unfinished: 'take' });
    assert.equal(beginning.status, 200);
    assert.equal(beginning.body.length, 100_000);
    assert.match(beginning.cut ?? '', /longer than 100000 bytes/);
  });
});

test('an answer of exactly the limit is taken', async () => {
  await served(
    (_request, response) => void response.end('x'.repeat(1000)),
    { maxResponseBytes: 1000 },
    async (client) => {
      const whole = await client.request({ ...get, unfinished: 'take' });
      assert.deepEqual([whole.body.length, 'cut' in whole], [1000, false]);
    },
  );
});

test('what only says that the answer is yet to come is none, whatever is taken', async () => {
  const listener: RequestListener = (request, response) => {
    response.writeProcessing();
    setImmediate(() => request.socket.resetAndDestroy());
  };
  await served(listener, {}, async (client) => {
    assert.equal((await failure(client.request({ ...get, unfinished: 'take' }))).sent, 'maybe');
  });
});

test('an answer with headers without end is cut off', async () => {
  const server = createTcpServer((socket) =>
    socket.once('data', () => {
      const more = () => {
        while (!socket.destroyed && socket.write(`x-more: ${'y'.repeat(1000)}\r\n`));
      };
      socket.on('drain', more);
      socket.write('HTTP/1.1 200 OK\r\n');
      more();
    }),
  );
  await whileListening(server, ({ port }) =>
    withClient(`http://127.0.0.1:${port}`, {}, async (client) => {
      assert.match((await failure(client.request(get))).message, /UND_ERR_HEADERS_OVERFLOW/);
    }),
  );
});

test('no more requests than the rate start in a second', async () => {
  const times: number[] = [];
  const listener: RequestListener = (_request, response) => {
    times.push(performance.now());
    response.end();
  };
  await served(listener, { ratePerSecond: 20 }, async (client) => {
    await Promise.all(Array.from({ length: 5 }, () => client.request(get)));
    const spread = Math.max(...times) - Math.min(...times);
    assert.ok(spread >= 180, `five requests within ${spread} ms`);
  });
});

test('a request that the rate would keep waiting too long fails at once, unsent', async () => {
  let arrived = 0;
  const listener: RequestListener = (_request, response) => {
    arrived += 1;
    response.end();
  };
  await served(listener, { ratePerSecond: 4, queueTimeoutMs: 300 }, async (client) => {
    const work = Array.from({ length: 4 }, () => client.request(get));
    const [, , third, fourth] = work;
    assert.ok(third && fourth);
    const failures = await Promise.all([failure(third), failure(fourth)]);
    assert.deepEqual(
      failures.map(({ sent }) => sent),
      ['no', 'no'],
    );
    await Promise.all(work.slice(0, 2));
    assert.equal(arrived, 2);
    assert.equal(client.inFlightMs, 5300);
  });
});
