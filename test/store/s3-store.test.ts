import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { S3Store } from '../../src/store/s3/s3-store.js';
import { openS3Store } from '../support/s3-config.js';
import { S3Proxy } from '../support/s3-proxy.js';
import { storeContract } from '../support/store-contract.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

let server: S3Server;
before(async () => {
  server = await startS3Server();
});
after(() => server.stop());

interface Bucket {
  readonly store: S3Store;
  readonly bucket: string;
  readonly fileOf: (name: string) => string;
}

async function inBucket(work: (bucket: Bucket) => Promise<void>, different = {}): Promise<void> {
  const bucket = await server.bucket();
  const store = openS3Store(server, bucket, different);
  try {
    await work({ store, bucket, fileOf: (name) => server.fileOf(bucket, name) });
  } finally {
    await store.close();
  }
}

const mail = Buffer.from('Subject: hello\r\n\r\nhello\r\n'.repeat(100));
const sha256 = createHash('sha256').update(mail).digest('hex');
const key = `evidence/0/${sha256}.eml`;

describe('the S3 store', () => {
  storeContract(async (work) => {
    const bucket = await server.bucket();
    await work({ open: async () => openS3Store(server, bucket, { prefix: 'a/lurewatch' }) });
  });

  it('compresses all but JSON, and says so in the name of the object', () =>
    inBucket(async ({ store, fileOf }) => {
      await store.createMany([
        { key, body: mail },
        { key: 'ledger/1.json', body: Buffer.from('{"version":1}\n') },
      ]);
      const stored = await readFile(fileOf(`${key}.gz`));
      assert.ok(stored.length < mail.length / 5);
      assert.deepEqual(gunzipSync(stored), mail);
      assert.equal(await readFile(fileOf('ledger/1.json'), 'utf8'), '{"version":1}\n');
    }));

  for (const [what, damage] of [
    ['cut short', (path: string) => truncate(path, 40)],
    ['not compressed', (path: string) => writeFile(path, mail)],
    ['empty', (path: string) => writeFile(path, '')],
    ['another mail', (path: string) => writeFile(path, gzipSync('Subject: forged\r\n\r\n'))],
  ] as const) {
    it(`never gives a mail that is ${what} for the one that its name promises`, () =>
      inBucket(async ({ store, fileOf }) => {
        // As a copy of the bucket puts it there: without the metadata that the service checks.
        await mkdir(dirname(fileOf(key)), { recursive: true });
        await writeFile(fileOf(`${key}.gz`), gzipSync(mail));
        assert.deepEqual(await store.readMany([key]), [mail]);
        await damage(fileOf(`${key}.gz`));
        const corrupt = { code: 'LW_STORE_CORRUPT', message: new RegExp(sha256) };
        await assert.rejects(store.readMany([key]), corrupt);
        await assert.rejects(async () => (await store.openStream(key))?.toArray(), corrupt);
      }));
  }

  it('does not take what others put into the bucket for records', () =>
    inBucket(
      async ({ store, fileOf }) => {
        await store.createMany([{ key: 'k/1.json', body: mail }]);
        for (const name of ['lw/k/2.json.gz', 'lw/k/plain.eml', 'other/k/3.json', 'k/4.json']) {
          await mkdir(dirname(fileOf(name)), { recursive: true });
          await writeFile(fileOf(name), 'x');
        }
        assert.deepEqual(await store.list('k/'), ['k/1.json']);
        assert.deepEqual(await store.readMany(['k/plain.eml', 'k/4.json']), [undefined, undefined]);
      },
      { prefix: 'lw/' },
    ));

  it('streams a mail of any size through a file and in parts, and little memory', () =>
    inBucket(async ({ store }) => {
      const chunk = randomBytes(1024 * 1024);
      const chunks = 96;
      const hash = createHash('sha256');
      for (let index = 0; index < chunks; index += 1) hash.update(chunk);
      const large = `evidence/1/${hash.digest('hex')}.eml`;
      const most = 48 * 1024 * 1024;
      let peak = 0;
      const collectGarbage = garbageCollection();
      collectGarbage();
      const baseline = process.memoryUsage().arrayBuffers;
      const watch = setInterval(() => {
        const held = () => process.memoryUsage().arrayBuffers - baseline;
        if (held() > most) collectGarbage();
        peak = Math.max(peak, held());
      }, 50);
      try {
        const source = Readable.from(Array.from({ length: chunks }, () => chunk));
        const stored = await store.writeStream(source, (sha) => `evidence/1/${sha}.eml`);
        assert.equal(stored.sizeBytes, chunks * chunk.length);
        let read = 0;
        for await (const piece of (await store.openStream(large)) ?? []) read += piece.length;
        assert.equal(read, stored.sizeBytes);
      } finally {
        clearInterval(watch);
      }
      assert.ok(peak > 0 && peak < most, `${peak} bytes in memory`);
      assert.deepEqual(await workFoldersOfOurs(), []);
    }));

  for (const [encryption, headers] of [
    [{ kind: 'none' }, [undefined, undefined]],
    [{ kind: 'aes256' }, ['AES256', undefined]],
    [{ kind: 'kms' }, ['aws:kms', undefined]],
    [{ kind: 'kms', keyId: 'alias/mails' }, ['aws:kms', 'alias/mails']],
  ] as const) {
    it(`asks for encryption as configured: ${JSON.stringify(encryption)}`, async () => {
      const proxy = await S3Proxy.start(server);
      try {
        const bucket = await server.bucket();
        const store = openS3Store({ ...server, url: proxy.url }, bucket, { encryption });
        // The test's server knows no encryption: what it makes of the request is not looked at.
        await store.createMany([{ key: 'k/1.json', body: mail }]).catch(() => undefined);
        const puts = proxy.seen.filter(({ method }) => method === 'PUT');
        assert.ok(puts.length > 0);
        for (const put of puts) {
          const asked = ['', '-aws-kms-key-id'].map((rest) => put.headers[`x-amz-server-side-encryption${rest}`]);
          assert.deepEqual(asked, headers);
        }
        await store.close();
      } finally {
        await proxy.stop();
      }
    });
  }
});

/** What is held counts, not what waits to be collected. */
function garbageCollection(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

async function workFoldersOfOurs(): Promise<readonly string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => name.startsWith('lurewatch-') && name.includes(`-${process.pid}-`));
}
