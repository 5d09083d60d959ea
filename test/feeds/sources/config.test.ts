import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { secretRefs } from '../../../src/config/secrets.js';
import { sourceSchema } from '../../../src/feeds/sources/config.js';

function mistakes(source: unknown): readonly string[] {
  const issues = sourceSchema.safeParse(source).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('a text is a path, a glob or an https:// address', () => {
  const path = sourceSchema.parse('./drop/*.tsv');
  assert.equal(path.kind === 'path' && path.path, './drop/*.tsv');
  const url = sourceSchema.parse('HTTPS://feeds.example/a.csv?token=1');
  assert.equal(url.kind === 'url' && url.url, 'HTTPS://feeds.example/a.csv?token=1');
});

test('a map needs no kind, and its limits have the documented defaults', () => {
  assert.deepEqual(sourceSchema.parse({ path: 'a.csv' }), {
    kind: 'path',
    path: 'a.csv',
    maxBytes: 512 * 1024 ** 2,
    maxUnpackedBytes: 4 * 1024 ** 3,
  });
  const url = sourceSchema.parse({ url: 'https://feeds.example/', timeout: '2m' });
  assert.deepEqual(url.kind === 'url' && [url.timeout, url.stallTimeout, url.verify, url.allowPrivate, url.headers], [
    120_000,
    60_000,
    true,
    false,
    {},
  ]);
});

test('what is wrong in a map is told of the key that is wrong', () => {
  assert.deepEqual(
    mistakes({ url: 'https://feeds.example/', maxbytes: 1 }).map((line) => line.split(':')[0]),
    [''],
  );
  assert.match(mistakes({ url: 'https://feeds.example/', maxbytes: 1 })[0] ?? '', /maxbytes/);
  assert.match(mistakes({ url: 'https://feeds.example/', timeout: 5 })[0] ?? '', /^timeout: must be a number with/);
  assert.match(mistakes({})[0] ?? '', /^path: /);
  assert.match(mistakes(['a.csv'])[0] ?? '', /^: must be a path, a glob/);
});

test('http:// needs to be meant', () => {
  assert.match(mistakes('http://feeds.example/')[0] ?? '', /^url: http:\/\/ is not encrypted/);
  assert.match(mistakes({ url: 'http://feeds.example/' })[0] ?? '', /^url: http:\/\/ is not encrypted/);
  assert.deepEqual(mistakes({ url: 'http://feeds.example/', insecure: true }), []);
});

test('other schemes are refused', () => {
  for (const url of ['ftp://feeds.example/a', 'file:///etc/passwd', 'https://']) {
    assert.match(mistakes(url)[0] ?? '', /^url: /, url);
  }
});

test('a user name or a password in an address is refused, and not repeated', () => {
  for (const source of [
    'https://reader:hunter2@feeds.example/',
    { url: 'https://hunter2@feeds.example/' },
    { url: 'https://feeds.example/', proxy: 'http://proxy:hunter2@proxy.example' },
  ]) {
    const found = mistakes(source);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', /user name or a password/);
    assert.doesNotMatch(found[0] ?? '', /hunter2/);
  }
});

test('secrets of headers and addresses are found where all secrets are looked for', () => {
  const source = sourceSchema.parse({
    url: 'https://feeds.example/{key}/a.csv',
    key: { env: 'FEED_KEY' },
    headers: { 'Auth-Key': { file: '/run/secrets/feed' }, Accept: 'text/csv' },
  });
  assert.deepEqual(secretRefs({ feeds: { leaks: { source } } }), [
    { ref: { env: 'FEED_KEY' }, place: 'feeds.leaks.source.key' },
    { ref: { file: '/run/secrets/feed' }, place: 'feeds.leaks.source.headers.Auth-Key' },
  ]);
});

test('a secret in the place of a header is a mistake, and so is a header of ours', () => {
  const url = 'https://feeds.example/';
  for (const headers of [
    { env: 'FEED_KEY' },
    { 'If-None-Match': '"1"' },
    { Host: 'other.example' },
    { 'two words': 'x' },
    { 'X-Line': 'a\r\nb: c' },
    { 'X-Secret': { env: 'A', file: 'B' } },
  ]) {
    assert.notEqual(mistakes({ url, headers }).length, 0, JSON.stringify(headers));
  }
});

test('{key} and the secret that it stands for come together, and never in the name of the server', () => {
  const key = { env: 'FEED_KEY' };
  assert.match(mistakes({ url: 'https://feeds.example/{key}/a.csv' })[0] ?? '', /^key: is missing/);
  assert.match(mistakes({ url: 'https://feeds.example/a.csv', key })[0] ?? '', /^url: must have/);
  assert.match(mistakes({ url: 'https://{key}.example/a.csv', key })[0] ?? '', /^url: must have/);
  assert.deepEqual(mistakes({ url: 'https://feeds.example?auth={key}', key }), []);
});

test('every key is described for the configuration reference', () => {
  const schema = z.object({ oneOf: z.array(z.object({ properties: z.record(z.string(), z.looseObject({})) })) });
  const { oneOf } = schema.parse(z.toJSONSchema(sourceSchema, { io: 'input' }));
  assert.equal(oneOf.length, 2);
  for (const { properties } of oneOf) {
    for (const [key, property] of Object.entries(properties)) assert.ok(property.description, key);
  }
});
