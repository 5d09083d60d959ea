import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { listenAddress, monitoringSchema } from '../../src/metrics/config.js';
import { type Answer, startMonitoringServer } from '../../src/metrics/server.js';
import { whileListening } from '../support/listening.js';

const routes = {
  '/healthz': async (): Promise<Answer> => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
  '/broken': () => Promise.reject(new Error('the key s3cret is wrong')),
};

async function serving(work: (url: string) => Promise<void>): Promise<void> {
  const server = await startMonitoringServer('127.0.0.1:0', routes);
  try {
    await work(server.url);
  } finally {
    await server.close();
  }
}

async function asked(url: string, method = 'GET') {
  const response = await fetch(url, { method });
  return { status: response.status, text: await response.text() };
}

describe('the server of health and metrics', () => {
  it('answers for its paths, whatever is asked with them, and for no others', () =>
    serving(async (url) => {
      assert.deepEqual(await asked(`${url}/healthz`), { status: 200, text: 'ok\n' });
      assert.deepEqual(await asked(`${url}/healthz?verbose=1`), { status: 200, text: 'ok\n' });
      assert.deepEqual(await asked(`${url}/healthz`, 'HEAD'), { status: 200, text: '' });
      assert.equal((await asked(`${url}/`)).status, 404);
      assert.equal((await asked(`${url}/constructor`)).status, 404);
      assert.equal((await asked(`${url}/healthz`, 'POST')).status, 405);
    }));

  it('says that it failed, and not why', () =>
    serving(async (url) => assert.deepEqual(await asked(`${url}/broken`), { status: 500, text: 'failed\n' })));

  it('ends though somebody holds a connection', async () => {
    const server = await startMonitoringServer('127.0.0.1:0', routes);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    await gone;
  });

  it('takes no more connections than scrapers need: the worker needs its own', () =>
    serving(async (url) => {
      const sockets = Array.from({ length: 200 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
      let open = 0;
      const all = sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.on('error', () => resolve());
            socket.on('close', () => resolve());
            socket.once('data', () => {
              open += 1;
              resolve();
            });
            socket.write('GET /healthz HTTP/1.1\r\nHost: lurewatch\r\n\r\n');
          }),
      );
      await Promise.all(all);
      assert.ok(open > 10 && open < 100, `${open}`);
      for (const socket of sockets) socket.destroy();
    }));

  it('says what to do where another listens already', () =>
    whileListening(createServer(), async ({ port }) => {
      await assert.rejects(startMonitoringServer(`127.0.0.1:${port}`, routes), {
        code: 'LW_MONITORING_LISTEN',
        message: new RegExp(
          `^monitoring.listen 127.0.0.1:${port}: nothing can listen there \\(EADDRINUSE\\).*--listen`,
        ),
      });
    }));

  it('takes addresses of both kinds, and refuses what is none', () => {
    assert.deepEqual(listenAddress('[::1]:9464'), { host: '::1', port: 9464 });
    assert.deepEqual(listenAddress('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
    for (const wrong of ['9464', ':9464', '127.0.0.1', '127.0.0.1:99999', '::1:9464']) {
      assert.equal(monitoringSchema.safeParse({ listen: wrong }).success, false, wrong);
    }
  });
});
