import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { openLedger } from '../../src/ledger/ledger.js';
import { alertDocument } from '../support/alert-documents.js';
import { carelessS3 } from '../support/careless-s3.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';
import { whileListening } from '../support/listening.js';
import { openS3Store, s3Secrets, s3StoreConfig } from '../support/s3-config.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

let server: S3Server;
before(async () => {
  server = await startS3Server();
});
after(() => server.stop());

/** A command with nothing configured but its store. */
async function run(args: readonly string[], store: Readonly<Record<string, unknown>>) {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'lurewatch.yaml'), stringify({ store }));
    const result = await runCli(args, { folder, environment: { ...s3Secrets(server) } });
    assert.ok(!`${result.stdout}${result.stderr}`.includes(server.secretAccessKey));
    return result;
  });
}

/** The line of `lurewatch check` about the store, and those below it. */
async function checked(store: Readonly<Record<string, unknown>>): Promise<string> {
  const { stdout } = await run(['check'], store);
  return /^(ok|FAILED) +store: .*(\n {8}.*)*/m.exec(stdout)?.[0] ?? stdout;
}

describe('commands with an S3 store', () => {
  it('check: writes, reads, lists, and proves that nothing is written over', async () => {
    const bucket = await server.bucket();
    const said = await checked(s3StoreConfig(server, bucket, { prefix: 'soc', encryption: { kind: 'aes256' } }));
    assert.match(said, /^ok +store: s3:\/\/bucket-\d+\/soc\/ at http:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(said, /encryption by the service: aes256/);
    assert.match(said, /conditional writes are honoured/);
    const store = openS3Store(server, bucket, { prefix: 'soc' });
    assert.deepEqual(await store.list('checks/'), []);
    await store.close();
  });

  it('check: says what is wrong with it, and what to do', async () => {
    assert.match(await checked(s3StoreConfig(server, 'nowhere')), /^FAILED .*NoSuchBucket.*\[LW_STORE_REFUSED\]/m);
    await whileListening(carelessS3(new Map()), async ({ port }) => {
      const careless = s3StoreConfig({ url: `http://127.0.0.1:${port}` }, 'mails');
      assert.match(await checked(careless), /^FAILED .*written over.*\[LW_STORE_UNSUITABLE\]/m);
    });
  });

  it('find: answers from the bucket', async () => {
    const bucket = await server.bucket();
    const store = openS3Store(server, bucket);
    const document = alertDocument('found');
    const key = 'lw-abcdefghabcdefgh-20260202T024000Z';
    const campaign = { ...document, alert: { ...document.alert, source_grouping_identifier: key } };
    const ledger = openLedger(store);
    await ledger.campaignMembers.record(new Map([[document.alertId, key]]));
    await ledger.alerts.create([campaign]);
    await store.close();
    const copies = await run(['find', key], s3StoreConfig(server, bucket));
    assert.match(copies.stdout, /^campaign lw-\S+: 1 alert, /);
    const found = await run(['find', document.alertId, '--json'], s3StoreConfig(server, bucket));
    assert.equal(found.status, 0, found.stderr);
    assert.equal(found.stderr, '');
    assert.equal(JSON.parse(found.stdout).alerts[0].alertId, document.alertId);
    const { evidence } = JSON.parse(found.stdout).alerts[0];
    const place = `s3://${bucket}/evidence/${document.evidence.charCodeAt(0) % 2}/${document.evidence}.eml.gz`;
    assert.deepEqual(evidence, { sha256: document.evidence, place, present: false });
    const missing = await run(['find', 'never'], s3StoreConfig(server, bucket));
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /Nothing is known of never in s3:\/\/bucket-\d+\/: no mail/);
  });

  it('tell all mistakes of its configuration at once', async () => {
    const { status, stderr } = await run(['check'], {
      ...s3StoreConfig(server, 'mails', { prefix: '../up', encryption: { kind: 'rot13' }, concurrency: 0 }),
      insecure: false,
    });
    assert.equal(status, 2);
    for (const mistake of [
      /store\.endpoint: http:\/\/ is not encrypted: use https:\/\/, or set `insecure: true`/,
      /store\.prefix: /,
      /store\.encryption\.kind: /,
      /store\.concurrency: /,
    ]) {
      assert.match(stderr, mistake);
    }
  });

  it('name a secret that is not set', async () => {
    const credentials = { accessKeyId: { env: 'NOT_SET' }, secretAccessKey: { env: 'S3_SECRET' } };
    const said = await checked(s3StoreConfig(server, 'mails', { credentials }));
    assert.match(said, /store\.credentials\.accessKeyId: the environment variable NOT_SET is not set/);
  });
});
