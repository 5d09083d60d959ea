import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { whenSchema } from '../../src/routing/config.js';
import { runCli } from '../support/cli.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

const page = await readFile(new URL('../../../docs/routing.md', import.meta.url), 'utf8');
const [configuration] = await docBlocks('docs/routing.md', 'yaml');
const mails = await docBlocks('docs/routing.md', 'eml');
const [session] = await docBlocks('docs/routing.md', 'console');

describe('docs/routing.md', () => {
  it('shows a configuration, mails, and what `extract --route` says of them', async () => {
    const names = [...page.matchAll(/^`(\w+\.eml)`:$/gm)].map(([, name = '']) => name);
    assert.equal(names.length, mails.length);
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), configuration?.text ?? '');
      for (const [index, name] of names.entries()) await writeFile(join(folder, name), mails[index]?.text ?? '');
      const [command = '', ...said] = (session?.text ?? '').trimEnd().split('\n');
      const [program, ...args] = command.replace(/^\$ /, '').split(' ');
      assert.equal(program, 'lurewatch');
      const { status, stdout, stderr } = await runCli(args, { folder });
      assert.deepEqual([status, stderr], [0, '']);
      assert.deepEqual(stdout.trimEnd().split('\n'), said);
    });
  });

  it('names every condition that there is', () => {
    const named = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(
      ([, cell = '']) => cell.match(/\w+/g) ?? [],
    );
    const { properties } = z
      .object({ properties: z.record(z.string(), z.unknown()) })
      .parse(z.toJSONSchema(whenSchema, { io: 'input' }));
    assert.deepEqual(named.sort(), Object.keys(properties).sort());
  });
});
