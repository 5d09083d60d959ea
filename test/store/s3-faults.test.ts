import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { S3Store } from '../../src/store/s3/s3-store.js';
import { openS3Store } from '../support/s3-config.js';
import { type S3Fault, S3Proxy } from '../support/s3-proxy.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

let server: S3Server;
before(async () => {
  server = await startS3Server();
});
after(() => server.stop());

const claim = [{ key: 'k/claim.json', body: Buffer.from('{"owner":"a"}\n') }];

interface Broken {
  /** Through the proxy. */
  readonly store: S3Store;
  readonly proxy: S3Proxy;
  /** Around it. */
  readonly other: S3Store;
}

async function behindProxy(work: (broken: Broken) => Promise<void>): Promise<void> {
  const proxy = await S3Proxy.start(server);
  const bucket = await server.bucket();
  const store = openS3Store({ ...server, url: proxy.url }, bucket, { timeout: '1s' });
  const other = openS3Store(server, bucket);
  try {
    // So that what the first write proves is not what breaks.
    await store.createMany([{ key: 'first/1.json', body: Buffer.from('1') }]);
    await work({ store, proxy, other });
  } finally {
    await store.close();
    await other.close();
    await proxy.stop();
  }
}

describe('an S3 service in trouble', () => {
  for (const kind of ['cut-before', 'cut-after', 'twice', 'slow-down', 'hang'] as const) {
    it(`${kind}: a record that this call created is told to be created, and only to this call`, () =>
      behindProxy(async ({ store, proxy, other }) => {
        proxy.break({ fault: { kind }, method: 'PUT', path: /claim/ });
        assert.deepEqual(await store.createMany(claim), [true]);
        assert.deepEqual(await other.createMany(claim), [false]);
        assert.deepEqual(await store.createMany(claim), [false]);
        assert.deepEqual((await other.readMany(['k/claim.json'])).map(String), ['{"owner":"a"}\n']);
      }));

    it(`${kind}: a record that somebody else created before, with equal bytes, is not told to be ours`, () =>
      behindProxy(async ({ store, proxy, other }) => {
        assert.deepEqual(await other.createMany(claim), [true]);
        proxy.break({ fault: { kind }, method: 'PUT', path: /claim/ });
        assert.deepEqual(await store.createMany(claim), [false]);
      }));
  }

  it('a create whose every answer was lost is in doubt, and known to stand by the next call', () =>
    behindProxy(async ({ store, proxy }) => {
      proxy.break({ fault: { kind: 'cut-after' }, path: /claim/, times: 4 });
      await assert.rejects(store.createMany(claim), { code: 'LW_STORE_UNAVAILABLE', retryable: true });
      proxy.mend();
      assert.deepEqual(await store.createMany(claim), [false]);
    }));

  it('a conflict is looked at again', () =>
    behindProxy(async ({ store, proxy }) => {
      const fault = { kind: 'error', status: 409, code: 'ConditionalRequestConflict' } as const;
      proxy.break({ fault, method: 'PUT', path: /claim/, times: 2 });
      assert.deepEqual(await store.createMany(claim), [true]);
    }));

  it('a refusal that some services call 304 is one', () =>
    behindProxy(async ({ store, proxy, other }) => {
      assert.deepEqual(await other.createMany(claim), [true]);
      proxy.break({ fault: { kind: 'error', status: 304, code: 'NotModified' }, method: 'PUT', path: /claim/ });
      assert.deepEqual(await store.createMany(claim), [false]);
    }));

  for (const [what, method, path] of [
    ['a part', 'PUT', /partNumber=2/],
    ['the end', 'POST', /uploadId=/],
  ] as const) {
    for (const kind of ['cut-before', 'cut-after', 'slow-down'] as const) {
      it(`${kind} at ${what} of a large mail: it is kept whole`, () =>
        behindProxy(async ({ store, proxy, other }) => {
          const mail = randomBytes(18 * 1024 * 1024);
          proxy.break({ fault: { kind }, method, path });
          const stored = await store.writeStream(Readable.from([mail]), (sha256) => `evidence/${sha256}.eml`);
          assert.equal(stored.created, true);
          assert.equal(proxy.seen.filter((seen) => /uploads/.test(seen.path)).length, 1);
          const [read] = await other.readMany([`evidence/${stored.sha256}.eml`]);
          assert.ok(read?.equals(mail));
        }));
    }
  }

  for (const [what, fault, code] of [
    ['asks for fewer requests', { kind: 'slow-down' }, 'LW_STORE_UNAVAILABLE'],
    ['is full', { kind: 'error', status: 403, code: 'QuotaExceeded' }, 'LW_STORE_UNAVAILABLE'],
    ['is full, in other words', { kind: 'error', status: 507, code: 'XMinioStorageFull' }, 'LW_STORE_UNAVAILABLE'],
    ['fails', { kind: 'error', status: 500, code: 'InternalError' }, 'LW_STORE_UNAVAILABLE'],
    ['hangs', { kind: 'hang' }, 'LW_STORE_UNAVAILABLE'],
    ['cuts connections', { kind: 'cut-before' }, 'LW_STORE_UNAVAILABLE'],
    ['denies', { kind: 'error', status: 403, code: 'AccessDenied' }, 'LW_STORE_REFUSED'],
    // Not "there is no such record".
    ['knows nobody of our name', { kind: 'error', status: 404, code: 'NoSuchUser' }, 'LW_STORE_REFUSED'],
    ['stands in another region', { kind: 'error', status: 301, code: 'PermanentRedirect' }, 'LW_STORE_REFUSED'],
    ['knows no conditions', { kind: 'error', status: 501, code: 'NotImplemented' }, 'LW_STORE_UNSUITABLE'],
  ] as const satisfies readonly (readonly [string, S3Fault, string])[]) {
    it(`${code} where the service ${what} for good; when that is over, work goes on`, () =>
      behindProxy(async ({ store, proxy }) => {
        const calls: readonly (() => Promise<unknown>)[] = [
          () => store.createMany(claim),
          () => store.readMany(['k/claim.json']),
          () => store.list('k/'),
          () => store.openStream('k/claim.json'),
          () => store.remove('k/claim.json'),
          () => store.writeStream(Readable.from([Buffer.from('x')]), () => 'k/x.eml'),
        ];
        proxy.break({ fault, path: /k(\/|%2F)/, times: Number.POSITIVE_INFINITY });
        await Promise.all(calls.map((call) => assert.rejects(call, { code })));
        proxy.mend();
        assert.deepEqual(await store.createMany(claim), [true]);
        await Promise.all(calls.map((call) => call()));
      }));
  }

  it('an answer that breaks off is not taken for a whole one', () =>
    behindProxy(async ({ store, proxy, other }) => {
      await other.createMany([{ key: 'k/1.eml', body: randomBytes(500_000) }]);
      proxy.break({ fault: { kind: 'cut-within' }, method: 'GET', times: 3 });
      await assert.rejects(store.readMany(['k/1.eml']), { code: 'LW_STORE_UNAVAILABLE' });
      await assert.rejects(async () => (await store.openStream('k/1.eml'))?.toArray(), {
        code: 'LW_STORE_UNAVAILABLE',
      });
    }));

  it('a service that was away is used again when it is back', async () => {
    const own = await startS3Server();
    try {
      const store = openS3Store(own, await own.bucket());
      await own.kill();
      const refused = await store.createMany(claim).catch((error: unknown) => error);
      assert.ok(isLurewatchError(refused, 'LW_STORE_UNAVAILABLE'));
      assert.match(refused.message, /^store s3:\/\/bucket-1\/: cannot write \(.*ECONNREFUSED/);
      await own.start();
      assert.deepEqual(await store.createMany(claim), [true]);
      await store.close();
    } finally {
      await own.stop();
    }
  });
});
