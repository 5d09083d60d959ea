import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { candidateOf } from '../../../src/indicators/exclude/candidate.js';
import { excludeSchema } from '../../../src/indicators/exclude/config.js';
import { excludedFinding } from '../../../src/indicators/exclude/excluded-finding.js';
import { Exclusion } from '../../../src/indicators/exclude/exclusion.js';
import { loadExclusion } from '../../../src/indicators/exclude/load-exclusion.js';
import { parseWarninglist } from '../../../src/indicators/exclude/warninglist.js';
import type { FoundUrl } from '../../../src/indicators/types.js';
import { inFolder } from '../../support/folder.js';

const none = excludeSchema.parse({});

function reasonOf(config: object, type: Parameters<typeof candidateOf>[0], value: string): string | undefined {
  return new Exclusion(excludeSchema.parse(config), []).reason(candidateOf(type, value));
}

function isListed(list: object, type: Parameters<typeof candidateOf>[0], value: string): boolean {
  return parseWarninglist(JSON.stringify({ name: 'List', ...list })).matches(candidateOf(type, value));
}

describe('excluded are', () => {
  it('own domains and what lies below them, in URLs, hosts and mail addresses, and nothing that only looks like them', () => {
    const config = { domains: ['Corp.example', '*.bücher.de'] };
    const by = 'corp.example (exclude.domains)';
    assert.equal(reasonOf(config, 'url', 'https://corp.example/x'), by);
    assert.equal(reasonOf(config, 'url', 'https://a.b.corp.example:8443/'), by);
    assert.equal(reasonOf(config, 'host', 'www.corp.example'), by);
    assert.equal(reasonOf(config, 'email', 'soc@corp.example'), by);
    assert.equal(reasonOf(config, 'domain', 'xn--bcher-kva.de'), 'xn--bcher-kva.de (exclude.domains)');
    for (const url of [
      'https://notcorp.example/',
      'https://corp.example.evil.example/',
      'https://corp.example@evil.example/',
      'https://evil.example/corp.example',
    ]) {
      assert.equal(reasonOf(config, 'url', url), undefined, url);
    }
  });

  it('exact URLs, however they are written', () => {
    const config = { urls: ['https://Portal.example:443/a/../login'] };
    assert.equal(
      reasonOf(config, 'url', 'https://portal.example/login'),
      'https://portal.example/login (exclude.urls)',
    );
    assert.equal(reasonOf(config, 'url', 'https://portal.example/login?x'), undefined);
    assert.equal(reasonOf(config, 'domain', 'portal.example'), undefined);
  });

  it('networks and addresses, also as hosts of URLs', () => {
    const config = { cidr: ['203.0.113.0/25', '198.51.100.7', '2001:db8::/33', '192.0.2.128/26'] };
    for (const ip of ['203.0.113.0', '203.0.113.127', '198.51.100.7', '192.0.2.191'])
      assert.ok(reasonOf(config, 'ipv4', ip), ip);
    for (const ip of ['203.0.113.128', '198.51.100.8', '192.0.2.192', '192.0.2.127'])
      assert.equal(reasonOf(config, 'ipv4', ip), undefined, ip);
    assert.ok(reasonOf(config, 'ipv6', '2001:db8:7fff::1'));
    assert.equal(reasonOf(config, 'ipv6', '2001:db8:8000::1'), undefined);
    assert.equal(reasonOf(config, 'url', 'http://203.0.113.9:8080/x'), '203.0.113.0/25 (exclude.cidr)');
    assert.equal(reasonOf(config, 'url', 'http://[2001:db8::1]/x'), '2001:db8::/33 (exclude.cidr)');
  });

  it('nothing by an empty configuration', () => {
    for (const url of ['https://a.example/', 'http://127.0.0.1/']) assert.equal(reasonOf({}, 'url', url), undefined);
  });
});

describe('a warninglist of MISP', () => {
  const cases: readonly (readonly [
    list: object,
    type: Parameters<typeof candidateOf>[0],
    value: string,
    listed: boolean,
  ])[] = [
    [{ type: 'hostname', list: ['google.com'] }, 'url', 'https://www.google.com/x', true],
    [{ type: 'hostname', list: ['google.com'] }, 'host', 'mail.google.com', true],
    [{ type: 'hostname', list: ['google.com'] }, 'host', 'notgoogle.com', false],
    [{ type: 'hostname', list: ['.google.com'] }, 'domain', 'google.com', true],
    [{ type: 'string', list: ['Google.com'] }, 'domain', 'google.com', true],
    [{ type: 'string', list: ['google.com'] }, 'host', 'www.google.com', false],
    [{ list: ['d41d8cd98f00b204e9800998ecf8427e'] }, 'md5', 'd41d8cd98f00b204e9800998ecf8427e', true],
    [{ type: 'cidr', list: ['8.8.8.0/24', '1.1.1.1'] }, 'ipv4', '8.8.8.8', true],
    [{ type: 'cidr', list: ['8.8.8.0/24', '1.1.1.1'] }, 'ipv4', '1.1.1.1', true],
    [{ type: 'cidr', list: ['8.8.8.0/24', 'rubbish'] }, 'ipv4', '8.8.9.8', false],
    [{ type: 'substring', list: ['/wp-content/'] }, 'url', 'https://a.example/WP-content/x', true],
    [{ type: 'regex', list: ['/^https:\\/\\/[a-z]+\\.example\\/$/i'] }, 'url', 'https://a.example/', true],
    [{ type: 'regex', list: ['(a+)+$'] }, 'url', `https://b.example/${'a'.repeat(5000)}!`, false],
    [
      { type: 'hostname', list: ['google.com'], matching_attributes: ['domain', 'hostname'] },
      'url',
      'https://google.com/',
      false,
    ],
    [
      { type: 'hostname', list: ['google.com'], matching_attributes: ['domain', 'hostname', 'url'] },
      'url',
      'https://google.com/',
      true,
    ],
    [{ type: 'cidr', list: ['8.8.8.8'], matching_attributes: ['ip-dst'] }, 'ipv4', '8.8.8.8', true],
    [{ type: 'string', list: ['x'], matching_attributes: ['ALL'] }, 'ethereum', 'x', true],
  ];
  for (const [list, type, value, listed] of cases) {
    it(`${JSON.stringify(list)} has ${listed ? '' : 'not '}${value.slice(0, 60)}`, () =>
      assert.equal(isListed(list, type, value), listed));
  }

  it('is read from a file, and named where it cannot be', async () => {
    await inFolder(async (folder) => {
      const list = {
        name: 'Top sites',
        type: 'hostname',
        version: 3,
        list: ['google.com'],
        matching_attributes: ['url'],
      };
      await writeFile(join(folder, 'list.json'), JSON.stringify(list));
      await writeFile(join(folder, 'wrong.json'), '{"name":"x","type":"fuzzy","list":[]}');
      const load = (path: string) => loadExclusion({ ...none, warninglists: [path] }, (some) => resolve(folder, some));
      const exclusion = await load('list.json');
      assert.equal(exclusion.reason(candidateOf('url', 'https://google.com/')), 'Top sites (warninglist)');
      for (const path of ['wrong.json', 'missing.json']) {
        await assert.rejects(
          load(path),
          (error: Error) => error.message.includes(path) && /LW_CONFIG_INVALID/.test(error.message),
        );
      }
    });
  });
});

describe('what was excluded', () => {
  it('is counted and named, and the rest keeps its order', () => {
    const urls: FoundUrl[] = [
      'https://corp.example/',
      'https://evil.example/',
      'https://www.corp.example/',
      'http://203.0.113.9/',
    ].map((url) => ({ url, kind: 'text' }));
    const exclusion = new Exclusion(excludeSchema.parse({ domains: ['corp.example'], cidr: ['203.0.113.0/24'] }), []);
    const indicators = [
      { type: 'domain', value: 'corp.example', role: 'url' },
      { type: 'domain', value: 'evil.example', role: 'url' },
    ] as const;
    const { urls: kept, indicators: others, counts } = exclusion.apply(urls, indicators);
    assert.deepEqual(
      kept.map(({ url }) => url),
      ['https://evil.example/'],
    );
    assert.deepEqual(
      others.map(({ value }) => value),
      ['evil.example'],
    );
    assert.deepEqual(excludedFinding(counts), {
      code: 'excluded',
      text: 'Left out: 2 URLs and 1 other indicator on corp.example (exclude.domains), 1 URL on 203.0.113.0/24 (exclude.cidr).',
    });
    assert.equal(urls.length, 4);
  });

  it('is no finding where nothing was', () => assert.equal(excludedFinding([]), undefined));

  it('is said in short where many lists had a part in it', () => {
    const counts = Array.from({ length: 12 }, (_, index) => ({ by: `list ${index}`, urls: 2, indicators: index }));
    assert.match(excludedFinding(counts)?.text ?? '', /, 4 URLs and 21 other indicators on 2 more\.$/);
  });
});

describe('the configuration of exclusions', () => {
  for (const wrong of [
    { domains: ['https://a.example/'] },
    { domains: ['a@b.example'] },
    { urls: ['a.example'] },
    { cidr: ['10.0.0.0/33'] },
    { cidr: ['ten'] },
    { hosts: [] },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => assert.ok(!excludeSchema.safeParse(wrong).success));
  }
});
