import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMistakes } from '../support/config-mistakes.js';
import { docBlocks } from '../support/doc-blocks.js';

describe('docs/oauth.md', () => {
  it('shows configurations that have no mistake', async () => {
    const blocks = await docBlocks('docs/oauth.md', 'yaml');
    assert.equal(blocks.length, 5);
    for (const { line, text } of blocks) {
      assert.deepEqual(await configMistakes(text), [], `the block at line ${line}`);
    }
  });
});
