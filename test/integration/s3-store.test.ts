import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import { FeedLab, plainCsv, plainFeed, plainRows } from '../support/feed-labs.js';
import { type Lab, Site } from '../support/lab.js';
import { startMispServer } from '../support/misp-server.js';
import { retried } from '../support/pending-activities.js';
import { openS3Store, s3Secrets, s3StoreConfig } from '../support/s3-config.js';
import { S3Proxy } from '../support/s3-proxy.js';
import { everyMailOnce, mispConfig, withSiemplify, withWebhook } from '../support/soar-labs.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';
import type { WebhookServer } from '../support/webhook-server.js';

let site: Site;
let server: S3Server;
before(async () => {
  [site, server] = await Promise.all([Site.open(), startS3Server()]);
});
after(async () => {
  await site.close();
  await server.stop();
});

/** A laboratory whose workers share a bucket, and reach it through a proxy. */
async function withBucket(
  work: (lab: Lab, soar: WebhookServer, proxy: S3Proxy, bucket: string) => Promise<void>,
): Promise<void> {
  const proxy = await S3Proxy.start(server);
  const bucket = await server.bucket();
  try {
    const store = s3StoreConfig(proxy, bucket, { prefix: 'lurewatch', timeout: '3s' });
    await withWebhook(site, (lab, soar) => work(lab, soar, proxy, bucket), { store, secrets: s3Secrets(server) });
  } finally {
    await proxy.stop();
  }
}

describe('workers that share a bucket', () => {
  it('bring every mail to its target once, also when one of them is killed in the middle', () =>
    withBucket(async (lab, soar, proxy, bucket) => {
      const mails = 120;
      // One is too large to be held in memory, and hard to compress.
      const large = `Message-ID: <${lab.name}-large@mail.example>\r\nFrom: a@example.com\r\nSubject: large\r\n\r\n${randomBytes(
        9 * 1024 * 1024,
      ).toString('base64')}\r\n`;
      await lab.deliver([...lab.mails(mails - 1), large]);
      const workers = [await lab.worker('after send'), await lab.worker('after send')];
      const poll = await lab.poll();
      assert.equal(await Promise.race(workers.map(({ ended }) => ended)), 'SIGKILL');
      const result: IngestMailboxResult = await poll.result();
      assert.equal(result.delivered + result.inDelivery, mails, JSON.stringify(result));
      await lab.settled();
      await everyMailOnce(lab, soar, mails);
      assert.ok(proxy.seen.every(({ path }) => path.startsWith(`/${bucket}`)));
      const store = openS3Store(server, bucket, { prefix: 'lurewatch' });
      assert.equal((await store.list('evidence/')).length, mails);
      assert.equal((await store.list('ledger/sinks/cases/outcomes/')).length, mails);
      await store.close();
    }));

  it('send a handful of requests for each mail', () =>
    withBucket(async (lab, soar, proxy) => {
      const mails = 50;
      await lab.deliver(lab.mails(mails));
      await lab.worker();
      await lab.ingest();
      await everyMailOnce(lab, soar, mails);
      // docs/s3.md reckons with these.
      const eachMail = (method: string, path: RegExp) =>
        proxy.seen.filter((seen) => seen.method === method && path.test(seen.path)).length / mails;
      for (const written of [/evidence/, /messages/, /message-ids/, /alerts/, /claim-1/, /outcome/]) {
        assert.equal(eachMail('PUT', written), 1, `${written}`);
      }
      for (const read of [/messages/, /alerts/, /outcome/]) {
        assert.equal(eachMail('GET', read), 1, `${read}`);
      }
      assert.equal(eachMail('GET', /evidence|extractions/), 0);
      // What was found is kept only where reading a batch takes long, as it may on a busy machine.
      assert.ok(eachMail('PUT', /extractions/) <= 1);
      const forEachBatch = 10;
      assert.ok(proxy.seen.length <= 10 * mails + forEachBatch, `${proxy.seen.length} requests`);
    }));

  it('send nothing twice where it was never told whether a claim was written', async () => {
    const [proxy, bucket] = [await S3Proxy.start(server), await server.bucket()];
    const store = s3StoreConfig(proxy, bucket);
    const options = { store, secrets: s3Secrets(server), target: { timeout: '2s' }, inFlightMs: 3_000 };
    try {
      // A target that cannot recognise a repeated alert, and can only be asked.
      await withSiemplify(
        site,
        async (lab, soar) => {
          const mails = 8;
          await lab.deliver(lab.mails(mails));
          await lab.worker();
          // Written each time, and no try of the SDK is told so.
          proxy.break({ fault: { kind: 'cut-after' }, method: 'PUT', path: /claim-1\./, times: 3 * mails });
          await lab.ingest();
          await lab.settled();
          await everyMailOnce(lab, soar, mails);
        },
        options,
      );
    } finally {
      await proxy.stop();
    }
  });

  it('import feeds, and leave nothing aside when an import has ended', async () => {
    const [bucket, misp] = [await server.bucket(), await startMispServer()];
    try {
      const options = {
        targets: {},
        mailboxes: {},
        misp: mispConfig(misp, 'MISP_KEY'),
        feeds: { plain: plainFeed },
        store: s3StoreConfig(server, bucket),
        secrets: { ...s3Secrets(server), MISP_KEY: misp.key },
      };
      await site.lab(options, async (lab) => {
        const feeds = new FeedLab(lab, misp);
        await feeds.write('feed.csv', `${plainCsv(plainRows(3))}row-4\n`);
        await lab.worker();
        const first = await feeds.import();
        assert.deepEqual([first.created, first.unchanged, first.rejected], [3, 0, 1]);
        const again = await feeds.import();
        assert.deepEqual([again.created, again.unchanged, again.rejected], [0, 3, 1]);
        const store = openS3Store(server, bucket);
        assert.deepEqual(await store.list('spool/'), []);
        const kept = (await store.list('feeds/plain/')).find((key) => key.endsWith('feed.csv'));
        const [rejected] = await store.readMany([kept ?? 'nothing']);
        assert.equal(rejected?.toString(), 'name,url,seen\nrow-4\n');
        await store.close();
      });
    } finally {
      await misp.close();
    }
  });

  it('wait while it is away, slow or cuts connections, and lose nothing by that', () =>
    withBucket(async (lab, soar, proxy) => {
      const mails = 60;
      await lab.deliver(lab.mails(mails));
      await Promise.all([lab.worker(), lab.worker()]);
      await server.kill();
      const poll = await lab.poll();
      await retried(lab, 'prepareAlerts', /LW_STORE_UNAVAILABLE/);
      assert.equal(soar.caseCount, 0);
      await server.start();
      for (const [kind, path, times] of [
        ['cut-after', /evidence/, 20],
        ['slow-down', /alerts/, 20],
        ['cut-after', /claim-/, 20],
        ['cut-before', /outcome/, 20],
        ['hang', /message-ids/, 2],
      ] as const) {
        proxy.break({ fault: { kind }, method: 'PUT', path, times });
      }
      const result: IngestMailboxResult = await poll.result();
      assert.equal(result.delivered + result.inDelivery, mails, JSON.stringify(result));
      await lab.settled();
      await everyMailOnce(lab, soar, mails);
    }));
});
