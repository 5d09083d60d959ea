import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, resolveAllSecrets } from '../../../src/config/load-config.js';
import type { Config } from '../../../src/config/schema.js';
import { Secret } from '../../../src/config/secret.js';
import { isLurewatchError } from '../../../src/errors/lurewatch-error.js';
import type { ProxyChoice } from '../../../src/http/proxy/address.js';
import { withProxyCredentials } from '../../../src/http/proxy/credentials.js';
import { isExcluded } from '../../../src/http/proxy/defaults.js';
import { inFolder } from '../../support/folder.js';

const everything = `
mailboxes:
  soc: { host: imap.example.com, username: u, password: { env: P }, targets: [cases] }
  own: { host: imap.example.org, username: u, password: { env: P }, targets: [cases], proxy: socks5://socks.example:1080 }
targets:
  cases: { kind: webhook, url: https://cases.example.com/, secret: { env: P } }
  inside: { kind: webhook, url: https://cases.corp.example/, secret: { env: P } }
  direct: { kind: webhook, url: https://direct.example/, secret: { env: P }, proxy: none }
  files: { kind: file, path: ./cases }
misp: { url: https://misp.example.com, key: { env: P } }
feeds:
  leaks: { preset: ransomwatch, source: { url: https://feeds.example/leaks.json } }
  local: { preset: ransomwatch, source: ./leaks.json }
`;

async function load(text: string, environment: Record<string, string> = {}) {
  return inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, text);
    return loadConfig(file, environment);
  });
}

function addresses({ mailboxes, targets, misp, feeds }: Config) {
  const at = (entry: object | undefined) => {
    const proxy: unknown = entry === undefined ? undefined : Reflect.get(entry, 'proxy');
    return typeof proxy === 'object' && proxy !== null ? Reflect.get(proxy, 'address') : undefined;
  };
  const { soc, own } = mailboxes;
  const { cases, inside, direct } = targets;
  const sources = [feeds.leaks?.source, feeds.local?.source];
  return {
    mailboxes: [soc, own].map(at),
    targets: [cases, inside, direct].map(at),
    misp: at(misp),
    feeds: sources.map(at),
  };
}

describe('`proxy` of the top level', () => {
  it('is for every outside connection that names none itself and is not excluded', async () => {
    const proxy = 'http://proxy.example:3128';
    const { config } = await load(`proxy: ${proxy}\nnoProxy: [misp.example.com, .corp.example]\n${everything}`);
    assert.deepEqual(addresses(config), {
      mailboxes: [proxy, 'socks5://socks.example:1080'],
      targets: [proxy, undefined, 'none'],
      misp: undefined,
      feeds: [proxy, undefined],
    });
  });

  it('brings its credentials along, which are told once where they are not set', async () => {
    const loaded = await load(`proxy: http://proxy.example:3128\nproxyAuth: { env: PROXY_AUTH }\n${everything}`, {
      P: 'x',
    });
    assert.deepEqual(loaded.config.misp?.kind === 'server' && loaded.config.misp.proxyAuth, { env: 'PROXY_AUTH' });
    assert.deepEqual('proxyAuth' in (loaded.config.mailboxes.own ?? {}), false, 'they are not for another proxy');
    assert.throws(
      () => resolveAllSecrets(loaded),
      (error) => isLurewatchError(error, 'LW_SECRET_UNSET') && error.where === 'proxyAuth',
    );
  });

  it('is not for addresses that `noProxy` names, of version 6 neither', async () => {
    const { config } = await load(
      `proxy: http://proxy.example\nnoProxy: ["::1", "[2001:db8::7]", 10.0.0.7]\nmisp: { url: "https://[2001:db8::7]/", key: { env: P } }`,
    );
    assert.equal(config.misp?.kind === 'server' && config.misp.proxy, undefined);
  });

  it('changes nothing where there is none', async () => {
    const { config } = await load(everything);
    assert.deepEqual(addresses(config).targets, [undefined, undefined, 'none']);
    assert.equal('proxy' in (config.mailboxes.soc ?? {}), false);
  });

  it('is refused where it is none, or holds credentials, which are not repeated', async () => {
    for (const [text, reason] of [
      ['proxy: ftp://proxy.example', /proxy: must be `none`, or the address of a proxy/],
      ['proxy: http://proxy.example/path', /proxy: must be `none`/],
      ['proxy: http://worker:hunter2@proxy.example:3128', /proxy: must not hold a user name or a password/],
      ['proxyAuth: { env: A }', /proxyAuth: is for the `proxy` beside it/],
      [
        'misp: { url: https://misp.example, key: { env: K }, proxyAuth: { env: A } }',
        /misp.proxyAuth: is for the `proxy`/,
      ],
      ['noProxy: [a.example, "misp.example:8443"]', /noProxy\[1\]: names a host, whatever the port: `misp.example`/],
      ['noProxy: ["[::1]:8443"]', /noProxy\[0\]: names a host, whatever the port: `\[::1\]`/],
      ['proxi: http://proxy.example', /unknown key.*did you mean `?proxy/i],
    ] as const) {
      await assert.rejects(load(text), (error) => {
        assert.ok(isLurewatchError(error, 'LW_CONFIG_INVALID'), inspect(error));
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    }
  });
});

describe('hosts of `noProxy`', () => {
  it('are named whole, or by the domain around them', () => {
    assert.ok(isExcluded('MISP.example.com', ['misp.example.com']));
    assert.ok(isExcluded('a.b.example.com', ['.example.com']));
    assert.ok(isExcluded('[::1]', ['::1']));
    assert.ok(isExcluded('2001:db8::7', ['[2001:0DB8:0:0::7]']));
    assert.ok(isExcluded('misp.example.com.', ['misp.example.com', '.other.example']));
    assert.ok(isExcluded('a.example.com.', ['.example.com']));
    assert.ok(!isExcluded('example.com', ['.example.com']));
    assert.ok(!isExcluded('evilexample.com', ['example.com']));
  });
});

describe('the credentials of a proxy', () => {
  it('are `user:password`, and never stand in an error', () => {
    const proxy: ProxyChoice = { address: 'http://proxy.example' };
    const entry = { proxy, proxyAuth: { env: 'A' } };
    const read = (text: string) => withProxyCredentials(entry, () => new Secret(text), 'targets.cases').proxy;
    assert.equal(read('worker:a:b\n').credentials?.reveal(), 'worker:a:b');
    for (const text of ['hunter2', ':hunter2', 'hunter2:', `u:${'hunter2'.repeat(50)}`, 'u:hünter2']) {
      assert.throws(
        () => read(text),
        (error) => {
          assert.ok(isLurewatchError(error, 'LW_CONFIG_INVALID'));
          assert.equal(error.where, 'targets.cases.proxyAuth');
          assert.doesNotMatch(inspect(error), /hunter2|hünter2/);
          return true;
        },
      );
    }
  });
});
