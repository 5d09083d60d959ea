import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { configurationReference, errorReference } from '../../src/config/reference.js';
import { catalogue } from '../../src/errors/catalogue.js';

const docs = new URL('../../../docs/', import.meta.url);

describe('the written reference', () => {
  for (const [page, text] of [
    ['configuration.md', configurationReference()],
    ['errors.md', errorReference()],
  ] as const) {
    it(`docs/${page} is what the code says (else: npm run docs)`, async () => {
      assert.equal(await readFile(new URL(page, docs), 'utf8'), text);
    });
  }

  it('has each key with its default', () => {
    const text = configurationReference();
    assert.match(text, /\| `host` \| text \| \*\*required\*\* \|/);
    assert.match(text, /\| `every` \| duration \| `1m` \|/);
    assert.match(text, /\| `limits\.depth` \| whole number, at least 1 \| `20` \|/);
  });

  it('explains every error code', () => {
    const text = errorReference();
    for (const code of Object.keys(catalogue)) assert.ok(text.includes(`| \`${code}\` |`), code);
  });
});
