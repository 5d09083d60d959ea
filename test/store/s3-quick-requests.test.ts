import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { QuickRequests } from '../../src/store/s3/quick-requests.js';
import type { S3Store } from '../../src/store/s3/s3-store.js';
import { openS3Store } from '../support/s3-config.js';
import { S3Proxy, type SeenRequest } from '../support/s3-proxy.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

let server: S3Server;
before(async () => {
  server = await startS3Server();
});
after(() => server.stop());

/** A store behind a proxy that has proven its service, so that the address of the bucket is known. */
async function seenByProxy(
  work: (store: S3Store, proxy: S3Proxy, about: (key: string) => readonly SeenRequest[]) => Promise<void>,
  different = {},
): Promise<void> {
  const proxy = await S3Proxy.start(server);
  const store = openS3Store({ ...server, url: proxy.url }, await server.bucket(), {
    prefix: 'lurewatch',
    ...different,
  });
  try {
    await store.createMany([{ key: 'first/1.json', body: Buffer.from('1') }]);
    await work(store, proxy, (key) => proxy.seen.filter(({ path }) => path.includes(key)));
  } finally {
    await store.close();
    await proxy.stop();
  }
}

function isOfSdk({ headers }: SeenRequest): boolean {
  return headers['amz-sdk-invocation-id'] !== undefined;
}

const record = { key: 'k/1.json', body: Buffer.from('{"version":1}\n') };

describe('small requests to S3', () => {
  it('go one by one without the SDK, with condition, mark and checksum', () =>
    seenByProxy(async (store, _proxy, about) => {
      assert.deepEqual(await store.createMany([record]), [true]);
      const [put, ...others] = about('/lurewatch/k/1.json');
      assert.ok(put !== undefined && others.length === 0 && !isOfSdk(put));
      assert.equal(put.headers['if-none-match'], '*');
      assert.match(String(put.headers['x-amz-meta-lurewatch-call']), /^[0-9a-f-]{36}$/);
      assert.equal(put.headers['x-amz-checksum-crc32'], 'jXZXHw==');
      const body = Buffer.from('{"version":2}\n');
      assert.deepEqual(await store.createMany([{ key: record.key, body }]), [false]);
      assert.deepEqual(await store.readMany([record.key, 'k/2.json']), [record.body, undefined]);
      const [read, ...more] = about('k/2.json');
      assert.ok(read !== undefined && more.length === 0 && !isOfSdk(read));
    }));

  it('ask for the encryption that was configured', () =>
    seenByProxy(
      async (store, _proxy, about) => {
        await store.createMany([record]).catch(() => undefined);
        const { headers } = about('k/1.json').find((seen) => !isOfSdk(seen)) ?? assert.fail('no such request');
        assert.equal(headers['x-amz-server-side-encryption'], 'AES256');
      },
      { encryption: { kind: 'aes256' } },
    ));

  it('are made again by the SDK, under the same mark, where the answer says nothing certain', () =>
    seenByProxy(async (store, proxy, about) => {
      proxy.break({ fault: { kind: 'cut-after' }, method: 'PUT', path: /k\/1/ });
      assert.deepEqual(await store.createMany([record]), [true]);
      const puts = about('k/1.json').filter(({ method }) => method === 'PUT');
      assert.deepEqual(puts.map(isOfSdk), [false, true]);
      assert.equal(new Set(puts.map(({ headers }) => headers['x-amz-meta-lurewatch-call'])).size, 1);
    }));

  it('rest after ten in vain, so that a service which takes none is not asked everything twice', () =>
    seenByProxy(async (store, proxy, about) => {
      const keys = Array.from({ length: 14 }, (_, index) => `k/vain-${index}.json`);
      for (const key of keys) {
        proxy.break({ fault: { kind: 'cut-before' }, method: 'PUT', path: new RegExp(key) });
        assert.deepEqual(await store.createMany([{ key, body: record.body }]), [true]);
      }
      const quick = keys.filter((key) => about(key).some((seen) => seen.method === 'PUT' && !isOfSdk(seen)));
      assert.deepEqual(quick, keys.slice(0, 10));
    }));

  it('are left to the SDK where a record is large', () =>
    seenByProxy(async (store, _proxy, about) => {
      const body = Buffer.from(`"${'x'.repeat(300_000)}"`);
      assert.deepEqual(await store.createMany([{ key: 'k/large.json', body }]), [true]);
      assert.ok(about('k/large.json').every(isOfSdk));
    }));

  it('are left to the SDK where a bucket is signed for in another way', () => {
    const suits = (bucket: string) => {
      const client = new S3Client({ region: 'us-east-1' });
      new QuickRequests(client, bucket);
      return client.middlewareStack.identify().some((name) => name.startsWith('lurewatchExample'));
    };
    const arn = 'arn:aws:s3:eu-central-1:123456789012:accesspoint/soc';
    const others = [arn, 'soc--euc1-az1--x-s3', 'soc--euc1-az1--xa-s3', 'soc-o01850etc--op-s3'];
    assert.deepEqual(others.map(suits), [false, false, false, false]);
    assert.deepEqual(['soc', 'soc.dotted', 'soc-4711abc-s3alias'].map(suits), [true, true, true]);
  });

  it('are signed for the time of the service, where our clock is wrong', async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60 * 60 * 1000 });
    await seenByProxy(async (store, _proxy, about) => {
      assert.deepEqual(await store.createMany([record]), [true]);
      assert.deepEqual(about('k/1.json').map(isOfSdk), [false]);
    });
  });
});
