import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCli } from '../support/cli.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

const page = 'docs/alert-fields.md';
const [config] = await docBlocks(page, 'yaml');
const [mail] = await docBlocks(page, 'eml');
const shown = await docBlocks(page, 'console');

/** What the page shows of a command. */
function outputOf(command: string): string {
  const block = shown.find(({ text }) => text.startsWith(`$ ${command}\n`));
  assert.ok(block !== undefined, command);
  return block.text.slice(`$ ${command}\n`.length);
}

describe(page, () => {
  it('shows what `extract --alert` makes of its mail with its configuration', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), config?.text ?? '');
      await writeFile(join(folder, 'a.eml'), mail?.text ?? '');
      const { stdout, status } = await runCli(['extract', '--alert', 'a.eml'], { folder });
      assert.equal(stdout, outputOf('lurewatch extract --alert a.eml'));
      assert.equal(status, 0);
    }));

  it('shows how a mistake is told', () =>
    inFolder(async (folder) => {
      const text = config?.text.replace('{Subject|first:40}', '{Subjct|first:40}') ?? '';
      assert.notEqual(text, config?.text);
      await writeFile(join(folder, 'lurewatch.yaml'), text);
      const { stderr, status } = await runCli(['check'], { folder });
      const line = outputOf('lurewatch check')
        .split('\n')
        .find((each) => each.startsWith('  lurewatch.yaml:'));
      assert.ok(line !== undefined && stderr.includes(line), stderr);
      assert.equal(status, 2);
    }));
});
