import assert from 'node:assert/strict';
import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeCertificate } from '../support/certificates.js';
import type { CliResult } from '../support/cli.js';
import { plainCsv, plainFeed, plainRows } from '../support/feed-labs.js';
import { FeedPlace } from '../support/feed-place.js';
import { whileListening } from '../support/listening.js';
import { MispFeedSite, numberedUuid, siteEvent } from '../support/misp-feed-site.js';

let feeds: FeedPlace;
before(async () => {
  feeds = await FeedPlace.open();
});
after(() => feeds.close());

const csv = plainCsv(plainRows(3));

async function check(configured: Readonly<Record<string, unknown>>): Promise<CliResult> {
  await feeds.configure(configured);
  return feeds.place.run('check');
}

const serveCsv: RequestListener = (request, response) => {
  if (request.url !== '/feed.csv') response.writeHead(404).end();
  else response.writeHead(200, { etag: '"1"', 'content-length': csv.length }).end(csv);
};

describe('lurewatch check with feeds', () => {
  it('looks at files and at what MISP lets this user do, and reads and changes nothing', async () => {
    await feeds.write('feed.csv', csv);
    const requests = feeds.misp.requests.length;
    const { status, stdout } = await check({ plain: plainFeed, many: { ...plainFeed, source: './*.csv' } });
    assert.equal(status, 0, stdout);
    assert.match(stdout, new RegExp(`^ok {6}feed plain: \\./feed\\.csv: ${csv.length} bytes$`, 'm'));
    assert.match(stdout, new RegExp(`^ok {6}feed many: \\./\\*\\.csv: ${csv.length} bytes$`, 'm'));
    assert.match(stdout, /^ok {6}misp: .*\n +role User: add events yes, change them yes/m);
    assert.deepEqual(feeds.changesSince(requests), []);
    assert.deepEqual(await feeds.kept(), []);
  });

  it('compares the header of the first file with the mapping, also in a packed one', async () => {
    const attributes = [{ type: 'url', value: '{link}' }];
    await feeds.write('feed.csv', csv);
    await feeds.write('packed.csv.gz', gzipSync(csv));
    const { status, stdout } = await check({
      plain: plainFeed,
      wrong: { ...plainFeed, attributes },
      packed: { ...plainFeed, source: './packed.csv.gz', groupBy: ['nam'] },
      lines: { ...plainFeed, source: './lines.jsonl', format: { kind: 'jsonl' }, attributes },
    });
    assert.equal(status, 1);
    assert.match(stdout, /^ok {6}feed plain: .*\n +\.\/feed\.csv has the columns that the mapping needs$/m);
    assert.match(stdout, /^FAILED {2}feed wrong: .*column is missing: "link".*"url".*\[LW_FEED_HEADER\]$/m);
    assert.match(stdout, /^FAILED {2}feed packed: .*"nam" \(is it "name"\?\).*\[LW_FEED_HEADER\]$/m);
    assert.match(stdout, /^FAILED {2}feed lines: .*lines\.jsonl does not exist/m);
    await feeds.write('lines.jsonl', '{"a":1}\n');
    const again = await check({
      lines: { ...plainFeed, source: './lines.jsonl', format: { kind: 'jsonl' }, attributes },
    });
    assert.match(again.stdout, /^ok {6}feed lines: \.\/lines\.jsonl: 8 bytes$/m);
  });

  it('goes on after a source that is not there', async () => {
    const { status, stdout } = await check({ gone: { ...plainFeed, source: './gone.csv' }, plain: plainFeed });
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^FAILED {2}feed gone: feeds\.gone\.source: \.\/gone\.csv does not exist.*\[LW_FEED_UNREADABLE\]$/m,
    );
    assert.match(stdout, /^ok {6}feed plain: /m);
  });

  it('asks the server of a feed for its first byte only, by a certificate that it trusts', async () => {
    const certificate = makeCertificate('IP:127.0.0.1');
    try {
      await whileListening(createServer(certificate, serveCsv), async ({ port }) => {
        const source = { url: `https://127.0.0.1:${port}/feed.csv`, allowPrivate: true, ca: certificate.certFile };
        const { status, stdout } = await check({
          trusted: { ...plainFeed, source },
          untrusted: { ...plainFeed, source: { ...source, ca: undefined } },
          moved: { ...plainFeed, source: { ...source, url: `https://127.0.0.1:${port}/moved.csv` } },
          inside: { ...plainFeed, source: { ...source, allowPrivate: false } },
        });
        assert.equal(status, 1);
        assert.match(
          stdout,
          /^ok {6}feed trusted: .*feed\.csv: can be read\n +ETag or Last-Modified: fetched only where.*\n +whether it has the columns of the mapping was not/m,
        );
        assert.match(stdout, /^FAILED {2}feed untrusted: .*\[LW_FEED_TLS\]$/m);
        assert.match(stdout, /^FAILED {2}feed moved: .*404.*\[LW_FEED_REFUSED\]$/m);
        assert.match(stdout, /^FAILED {2}feed inside: .*\[LW_FEED_ADDRESS\]$/m);
      });
    } finally {
      certificate.remove();
    }
  });

  it('reads the manifest of a feed of MISP, and one byte of its newest event', async () => {
    const web = new MispFeedSite();
    web.put(siteEvent(1), siteEvent(2));
    await whileListening(createPlainServer(web.listener), async ({ port }) => {
      const source = { url: `http://127.0.0.1:${port}/feed/`, insecure: true, allowPrivate: true };
      const elsewhere = { ...source, url: `http://127.0.0.1:${port}/` };
      const format = { kind: 'misp' };
      const { status, stdout } = await check({ theirs: { source, format } });
      assert.equal(status, 0, stdout);
      assert.match(
        stdout,
        /^ok {6}feed theirs: .*\/feed\/manifest\.json: lists 2 events\n +the newest can be read\n(?! +whether)/m,
      );
      assert.deepEqual(web.takeRequests(), [`${numberedUuid(2)}.json`, 'manifest.json']);
      web.instead.set('manifest.json', '<!doctype html>');
      const broken = await check({ theirs: { source: elsewhere, format } });
      assert.equal(broken.status, 1);
      assert.match(broken.stdout, /^FAILED {2}feed theirs: .* is no manifest of a MISP feed: .*\[LW_FEED_FORMAT\]$/m);
    });
  });

  it('ends with status 2 for a header whose secret is not set', async () => {
    await whileListening(createPlainServer(serveCsv), async ({ port }) => {
      const url = `http://127.0.0.1:${port}/feed.csv`;
      const source = { url, insecure: true, allowPrivate: true, headers: { 'Auth-Key': { env: 'NO_SUCH_KEY' } } };
      const { status, stdout } = await check({ keyed: { ...plainFeed, source } });
      assert.equal(status, 2);
      assert.match(stdout, /^FAILED {2}feed keyed: feeds\.keyed\.source\.headers\.Auth-Key: .*NO_SUCH_KEY is not set/m);
    });
  });

  it('fails where the role of the user may not add events', async () => {
    feeds.misp.role.add = false;
    try {
      const { status, stdout } = await check({ plain: plainFeed });
      assert.equal(status, 1);
      assert.match(stdout, /^FAILED {2}misp: .*the role User may not add events \(perm_add\).*\[LW_MISP_AUTH\]$/m);
    } finally {
      feeds.misp.role.add = true;
    }
  });
});
