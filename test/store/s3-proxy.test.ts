import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { connectTimeouts } from '../../src/store/s3/client.js';
import { carelessS3 } from '../support/careless-s3.js';
import { makeCertificate } from '../support/certificates.js';
import { whileListening } from '../support/listening.js';
import { withProxy } from '../support/proxy-server.js';
import { openS3Store } from '../support/s3-config.js';

const certificate = makeCertificate('DNS:localhost');
const ofProxy = makeCertificate('IP:127.0.0.1');
after(() => {
  certificate.remove();
  ofProxy.remove();
});

const record = { key: 'ledger/a.json', body: Buffer.from('{}') };
const access = { accessKeyId: 'id', secretAccessKey: 'secret' };

describe('an S3 store behind a proxy', () => {
  for (const scheme of ['http', 'https'] as const) {
    it(`is read through it, over ${scheme}`, () =>
      withProxy({ kind: 'http' }, async ({ address, asked }) => {
        const plain = carelessS3(new Map([[`/bucket/${record.key}`, record.body]]));
        const [answer] = plain.listeners('request');
        assert.ok(typeof answer === 'function');
        const server =
          scheme === 'http' ? plain : createServer(certificate, (...exchange) => void answer.apply(plain, exchange));
        await whileListening(server, async ({ port }) => {
          const proxied = { proxy: address, ca: certificate.certFile };
          const store = openS3Store({ url: `${scheme}://localhost:${port}`, ...access }, 'bucket', proxied);
          try {
            assert.deepEqual(await store.readMany([record.key]), [record.body]);
          } finally {
            await store.close();
          }
          assert.deepEqual(new Set(asked), new Set([`localhost:${port}`]));
        });
      }));
  }

  it('is not taken for one with a certificate for the name of the proxy', () =>
    withProxy({ kind: 'http' }, ({ address }) =>
      whileListening(createServer(ofProxy), async ({ port }) => {
        const proxied = { proxy: address, ca: ofProxy.certFile };
        const store = openS3Store({ url: `https://localhost:${port}`, ...access }, 'bucket', proxied);
        try {
          await assert.rejects(store.readMany([record.key]), /localhost.*certificate|certificate.*localhost/is);
        } finally {
          await store.close();
        }
      }),
    ));

  it('gives the proxy the time of a request, and not less where the store is configured with more', () => {
    assert.deepEqual(connectTimeouts(60_000, true), { connectMs: 60_000, tunnelMs: 54_000 });
    assert.equal(connectTimeouts(60_000, false).connectMs, 10_000);
    assert.equal(connectTimeouts(2_000, false).connectMs, 2_000);
  });

  it('waits for a proxy that does not answer as long as the store is configured with, and names it', () =>
    whileListening(createTcpServer(), async ({ port }) => {
      const proxied = { proxy: `http://127.0.0.1:${port}`, timeout: '400ms' };
      const store = openS3Store({ url: 'https://localhost:1', ...access }, 'bucket', proxied);
      try {
        await assert.rejects(store.readMany([record.key]), /through the proxy \S+: no answer within 360 ms/);
      } finally {
        await store.close();
      }
    }));

  it('tells for good what the proxy refuses', () =>
    withProxy({ kind: 'http', answers: 403 }, async ({ address }) => {
      const store = openS3Store({ url: 'https://localhost:1', ...access }, 'bucket', { proxy: address });
      try {
        await assert.rejects(store.readMany([record.key]), (error) => isLurewatchError(error, 'LW_PROXY_REFUSES'));
      } finally {
        await store.close();
      }
    }));
});
