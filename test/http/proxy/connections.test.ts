import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { SecretRef } from '../../../src/config/fields.js';
import { Secret } from '../../../src/config/secret.js';
import { isLurewatchError } from '../../../src/errors/lurewatch-error.js';
import { sourceSchema } from '../../../src/feeds/sources/config.js';
import { createFeedSource } from '../../../src/feeds/sources/create-feed-source.js';
import { createProviderHttp } from '../../../src/mail/oauth/provider-http.js';
import { createTarget } from '../../../src/soar/create-target.js';
import { webhookTargetSchema } from '../../../src/soar/webhook/config.js';
import { inFolder } from '../../support/folder.js';
import { whileListening } from '../../support/listening.js';
import { withProxy } from '../../support/proxy-server.js';

const login = 'worker:s3cret';
const never = new AbortController().signal;
const values: Readonly<Record<string, string>> = {
  HOOK: `whsec_${Buffer.alloc(32).toString('base64')}`,
  PROXY: login,
  WRONG: 'worker:wr0ng',
};
const secrets = (ref: SecretRef) => new Secret('env' in ref ? (values[ref.env] ?? '') : '');

/** A server behind a proxy that wants to know who asks. */
async function behind(work: (url: string, proxy: string, asked: readonly string[]) => Promise<void>): Promise<void> {
  await withProxy({ kind: 'socks5', wants: login }, ({ address, asked }) =>
    whileListening(
      createServer((_, response) => response.end('a,b\n1,2\n')),
      ({ port }) => work(`http://127.0.0.1:${port}`, address, asked),
    ),
  );
}

describe('through its proxy', () => {
  it('a target is reached, and says so where the proxy does not take the credentials', () =>
    behind(async (url, proxy, asked) => {
      const target = (auth: string) => {
        const hook = { kind: 'webhook', url, insecure: true, secret: { env: 'HOOK' } };
        const config = webhookTargetSchema.parse({ ...hook, proxy, proxyAuth: { env: auth } });
        return createTarget('cases', config, secrets, '/');
      };
      const [right, wrong] = [target('PROXY'), target('WRONG')];
      try {
        assert.match((await right.check(never)).join('\n'), /reached/);
        assert.deepEqual(asked, [url.slice('http://'.length)]);
        await assert.rejects(wrong.check(never), (error) => {
          assert.ok(isLurewatchError(error, 'LW_PROXY_REFUSES'), inspect(error));
          assert.match(error.message, /^targets\.cases: the proxy/);
          assert.doesNotMatch(inspect(error, { depth: 5 }), /wr0ng/);
          return true;
        });
      } finally {
        await right.close();
        await wrong.close();
      }
    }));

  it('a feed is fetched, whose private address needs leave all the same', () =>
    behind((url, proxy, asked) =>
      inFolder(async (folder) => {
        const feed = (more: object) => {
          const config = sourceSchema.parse({ url: `${url}/a.csv`, insecure: true, proxy, ...more });
          return createFeedSource('leaks', config, secrets, '/');
        };
        const [open, closed] = [feed({ allowPrivate: true, proxyAuth: { env: 'PROXY' } }), feed({})];
        assert.notEqual(await open.fetch(folder, undefined), undefined);
        assert.equal(asked.length, 1);
        await assert.rejects(closed.fetch(folder, undefined), (error) => isLurewatchError(error, 'LW_FEED_ADDRESS'));
        assert.equal(asked.length, 1);
        await open.close();
        await closed.close();
      }),
    ));

  it('the OAuth provider of a mailbox is asked', () =>
    behind(async (url, address, asked) => {
      const proxy = { address, credentials: new Secret(login) };
      const provider = createProviderHttp({ ca: undefined, verify: true, insecure: true, proxy });
      try {
        const answer = await provider.fetch(url, { method: 'GET', headers: {}, body: undefined, signal: never });
        assert.equal(await answer.text(), 'a,b\n1,2\n');
        assert.equal(asked.length, 1);
      } finally {
        await provider.close();
      }
    }));
});
