import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.js';
import { catalogue } from '../../src/errors/catalogue.js';
import { docBlocks } from '../support/doc-blocks.js';

const page = 'docs/encryption.md';

describe(page, () => {
  it('shows configurations that are such', async () => {
    const blocks = await docBlocks(page, 'yaml');
    assert.equal(blocks.length, 3);
    for (const { text, line } of blocks) {
      const { error } = configSchema.safeParse(parse(text));
      assert.equal(error, undefined, `line ${line}`);
    }
  });

  it('names errors that there are', async () => {
    const text = await readFile(new URL(`../../../${page}`, import.meta.url), 'utf8');
    for (const [code] of text.matchAll(/LW_[A-Z_]+/g)) assert.ok(Object.hasOwn(catalogue, code), code);
  });
});
