import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { SecretRef } from '../../src/config/fields.js';
import { Secret } from '../../src/config/secret.js';
import { s3StoreSchema } from '../../src/store/s3/config.js';
import { S3Store } from '../../src/store/s3/s3-store.js';
import { carelessS3 } from '../support/careless-s3.js';
import { inFolder } from '../support/folder.js';
import { whileListening } from '../support/listening.js';
import { openS3Store, s3StoreConfig } from '../support/s3-config.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

let server: S3Server;
before(async () => {
  server = await startS3Server({ tls: true });
});
after(() => server.stop());

const record = [{ key: 'k/1.json', body: Buffer.from('1') }];
/** Long enough for the SDK to ask leave before it sends the body, on a connection of its own. */
const longRecord = [{ key: 'k/long.json', body: randomBytes(3 * 1024 * 1024) }];

async function withStore(store: S3Store, work: (store: S3Store) => Promise<void>): Promise<void> {
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** Of the process, while the work lasts; undefined: not set. */
async function withEnvironment(changes: Readonly<Record<string, string | undefined>>, work: () => Promise<void>) {
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]));
  const set = (values: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(changes);
  try {
    await work();
  } finally {
    set(before);
  }
}

const nothingSet = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

describe('how the S3 store reaches its service', () => {
  it('verifies the certificate with the authority that is configured, for small bodies and large ones', async () => {
    const store = openS3Store(server, await server.bucket(), { ca: server.caFile });
    await withStore(store, async () => {
      assert.deepEqual(await store.createMany([...record, ...longRecord]), [true, true]);
      const large = Readable.from([randomBytes(9 * 1024 * 1024)]);
      assert.equal((await store.writeStream(large, () => 'k/large.jsonl')).created, true);
    });
  });

  it('trusts nobody else, unless told not to verify', async () => {
    const bucket = await server.bucket();
    await withStore(openS3Store(server, bucket), async (store) => {
      for (const records of [record, longRecord]) {
        await assert.rejects(store.createMany(records), { code: 'LW_STORE_TLS', retryable: false });
      }
    });
    await withStore(openS3Store(server, bucket, { verify: false }), async (store) => {
      assert.deepEqual(await store.createMany([...record, ...longRecord]), [true, true]);
    });
  });

  it('says what a person has to mend, and no secret', async () => {
    const bucket = await server.bucket();
    const wrong = { ...server, secretAccessKey: 'wrong-and-still-a-secret' };
    for (const [store, said] of [
      [openS3Store(server, 'no-such-bucket', { ca: server.caFile }), /NoSuchBucket/],
      [openS3Store(wrong, bucket, { ca: server.caFile }), /SignatureDoesNotMatch/],
      [openS3Store({ ...server, accessKeyId: 'nobody' }, bucket, { ca: server.caFile }), /InvalidAccessKeyId/],
    ] as const) {
      await withStore(store, async () => {
        const failed = await store.createMany(record).catch((error: unknown) => error);
        assert.ok(failed instanceof Error);
        assert.match(failed.message, said);
        assert.match(failed.message, /\[LW_STORE_REFUSED\]$/);
        await assert.rejects(store.readMany(['k/1.json']), { code: 'LW_STORE_REFUSED' });
        const everything = inspect(failed, { depth: 10, showHidden: true });
        for (const secret of [server.secretAccessKey, wrong.secretAccessKey, 'AWS4-HMAC']) {
          assert.ok(!everything.includes(secret), everything);
        }
      });
    }
  });

  it('takes credentials from where the AWS SDK finds them: environment and profile', () =>
    inFolder(async (folder) => {
      const profiles = join(folder, 'credentials');
      const lines = [`aws_access_key_id = ${server.accessKeyId}`, `aws_secret_access_key = ${server.secretAccessKey}`];
      await writeFile(profiles, ['[mails]', ...lines, ''].join('\n'));
      const bucket = await server.bucket();
      const open = () => openS3Store(server, bucket, { ca: server.caFile, credentials: undefined });
      const environment = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey };
      await withEnvironment({ ...nothingSet, ...environment }, () =>
        withStore(open(), async (store) => assert.deepEqual(await store.createMany(record), [true])),
      );
      await withEnvironment({ ...nothingSet, AWS_PROFILE: 'mails', AWS_SHARED_CREDENTIALS_FILE: profiles }, () =>
        withStore(open(), async (store) => assert.deepEqual(await store.createMany(record), [false])),
      );
      await withEnvironment(nothingSet, () =>
        withStore(open(), (store) => assert.rejects(store.createMany(record), { code: 'LW_STORE_REFUSED' })),
      );
    }));

  it('names the key where the region is not known, and the reference of a secret that is not set', async () => {
    await withEnvironment(nothingSet, async () => {
      const { endpoint: _, ...config } = s3StoreConfig(server, 'mails');
      const secret = () => new Secret('x');
      const store = new S3Store({ config: s3StoreSchema.parse(config), resolve: (path) => path, secret });
      await withStore(store, () =>
        assert.rejects(store.readMany(['k/1.json']), { code: 'LW_CONFIG_INVALID', message: /store\.region/ }),
      );
    });
    const asked: string[] = [];
    const secret = (_: SecretRef, place: string) => {
      asked.push(place);
      return new Secret('x');
    };
    const config = s3StoreSchema.parse(s3StoreConfig(server, 'mails'));
    await new S3Store({ config, resolve: (path) => path, secret }).close();
    assert.deepEqual(asked, ['store.credentials.accessKeyId', 'store.credentials.secretAccessKey']);
  });

  it('writes nothing into a service that does not honour conditional writes', async () => {
    const objects = new Map<string, Buffer>();
    await whileListening(carelessS3(objects), async ({ port }) => {
      const store = openS3Store({ ...server, url: `http://127.0.0.1:${port}` }, 'mails');
      await withStore(store, async () => {
        for (const call of [
          () => store.check(),
          () => store.createMany(record),
          () => store.writeStream(Readable.from([Buffer.from('x')]), () => 'k/x.eml'),
        ]) {
          await assert.rejects(call, { code: 'LW_STORE_UNSUITABLE', retryable: false });
        }
      });
    });
    assert.equal(objects.size, 0);
  });
});
