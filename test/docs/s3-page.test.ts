import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.js';
import { keys } from '../../src/ledger/keys.js';
import { docBlocks } from '../support/doc-blocks.js';
import { openS3Store } from '../support/s3-config.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

const [policyBlock, lifecycleBlock] = await docBlocks('docs/s3.md', 'json');
const policySchema = z.object({
  Version: z.string(),
  Statement: z.array(z.looseObject({ Action: z.array(z.string()) })),
});

let server: S3Server;
before(async () => {
  server = await startS3Server();
});
after(() => server.stop());

/** The policy of the page on a bucket, for a user. */
async function allow(bucket: string, user: string): Promise<void> {
  const text = (policyBlock?.text ?? '').replaceAll('arn:aws:s3:::soc-lurewatch', `arn:aws:s3:::${bucket}`);
  const { Version, Statement } = policySchema.parse(JSON.parse(text));
  const Policy = JSON.stringify({
    Version,
    Statement: Statement.map((statement) => ({ ...statement, Principal: { AWS: [user] } })),
  });
  const { url: endpoint, ...credentials } = server;
  const root = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await root.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  root.destroy();
}

describe('docs/s3.md', () => {
  it('shows a configuration that is one', async () => {
    for (const { text } of await docBlocks('docs/s3.md', 'yaml')) configSchema.parse(parse(text));
  });

  it('allows all that a worker does, and nothing that would make it send mails twice', async () => {
    const bucket = await server.bucket();
    const user = await server.user('worker');
    const store = openS3Store({ ...server, ...user }, bucket, { prefix: 'lurewatch' });
    await assert.rejects(store.check(), { code: 'LW_STORE_REFUSED' });
    await allow(bucket, user.accessKeyId);
    await store.check();
    const claim = keys.claim('cases', 'a'.repeat(26), 1);
    const folder = { folder: 'INBOX', uidValidity: '1' };
    const removed = [
      `${keys.spool('plain', 'import')}manifest.json`,
      `${keys.progressOf('soc', folder)}1.json`,
      `${keys.importsOf('plain')}1.json`,
      keys.evidence('0'.repeat(64)),
    ];
    const records = [claim, ...removed].map((key) => ({ key, body: Buffer.from('{}') }));
    assert.ok((await store.createMany(records)).every(Boolean));
    assert.deepEqual(await store.readMany([claim, 'never/there.json']), [Buffer.from('{}'), undefined]);
    const large = randomBytes(11 * 1024 * 1024);
    assert.equal((await store.writeStream(Readable.from([large]), keys.evidence)).created, true);
    for (const key of removed) await store.remove(key);
    assert.deepEqual(await store.list('ledger/'), [claim]);
    await assert.rejects(store.remove(claim), { code: 'LW_STORE_REFUSED' });
    await store.close();
  });

  it('lets evidence expire, and nothing of the ledger', () => {
    const ruleSchema = z.object({ Filter: z.object({ Prefix: z.string() }), Expiration: z.unknown().optional() });
    const { Rules } = z.object({ Rules: z.array(ruleSchema) }).parse(JSON.parse(lifecycleBlock?.text ?? ''));
    const expiring = Rules.filter(({ Expiration }) => Expiration !== undefined).map(({ Filter }) => Filter.Prefix);
    assert.deepEqual(expiring, ['lurewatch/evidence/', 'lurewatch/extractions/']);
    assert.ok(keys.evidence('0'.repeat(64)).startsWith('evidence/'));
    assert.ok(keys.extraction('9', '0'.repeat(64)).startsWith('extractions/'));
  });
});
