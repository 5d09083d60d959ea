import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseUrl } from '../../src/indicators/urls/normalise-url.js';
import { parseAnyUrl } from '../../src/url/parse-any-url.js';

/** So many calls that V8 optimises them: URL.canParse answers wrongly from some 7,000 on. */
const calls = 50_000;

test('a host with Latin-1 letters is a URL at every call, however many came before', () => {
  for (const parse of [parseAnyUrl, parseUrl])
    for (let call = 0; call < calls; call++)
      assert.equal(parse('http://b\u00fccher.example/')?.hostname, 'xn--bcher-kva.example');
  for (let call = 0; call < calls; call++)
    assert.equal(parseAnyUrl('/a', 'http://b\u00fccher.example/')?.href, 'http://xn--bcher-kva.example/a');
});

test('what is no URL is null', () => {
  for (const text of ['', 'x', 'http://', 'http://a b/', 'http://\u00fc b/']) assert.equal(parseAnyUrl(text), null);
});

test('nothing else asks URL.canParse', async () => {
  const sources = join(import.meta.dirname, '../../../src');
  const files = (await readdir(sources, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const asking: string[] = [];
  for (const file of files)
    if ((await readFile(join(sources, file), 'utf8')).includes('URL.canParse(')) asking.push(file);
  assert.deepEqual(asking, [join('url', 'parse-any-url.ts')]);
});
