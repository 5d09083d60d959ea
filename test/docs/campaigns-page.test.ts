import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import { runCli } from '../support/cli.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

const page = await readFile(new URL('../../../docs/campaigns.md', import.meta.url), 'utf8');
const [configuration] = await docBlocks('docs/campaigns.md', 'yaml');
const mails = await docBlocks('docs/campaigns.md', 'eml');

describe('docs/campaigns.md', () => {
  it('shows a configuration that is one, and what two copies have in common', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'lurewatch.yaml');
      await writeFile(file, configuration?.text ?? '');
      assert.equal((await loadConfig(file, {})).config.mailboxes.soc?.campaigns, true);
      const names = ['first.eml', 'second.eml'];
      assert.equal(mails.length, names.length);
      for (const [index, name] of names.entries()) await writeFile(join(folder, name), mails[index]?.text ?? '');
      const { stdout } = await runCli(['extract', ...names], { folder });
      const shown = stdout.split('\n').filter((line) => line.includes('campaign'));
      assert.equal(shown.length, 2);
      assert.deepEqual(
        page.match(/^ {6}campaign {8}.*$/gm)?.map((line) => line.slice(4)),
        shown,
      );
    }));
});
