import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';

const config = [
  'targets: { cases: { kind: file, path: ./cases } }',
  'mailboxes:',
  '  soc: { kind: directory, path: ./mail, targets: [cases], skip: { subject: ["^Out of office"] } }',
].join('\n');

describe('lurewatch extract --alert', () => {
  it('says of a mail that the mailbox skips that nothing of it is sent', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), config);
      const told = (args: readonly string[], subject: string) =>
        runCli(['extract', '--alert', ...args, '-'], { folder, input: `Subject: ${subject}\r\n\r\nx` });
      const skipped = await told([], 'Out of office: back soon');
      assert.match(skipped.stdout, /^ {2}skipped, nothing of this is sent: subject matches \^Out of office$/m);
      const json = JSON.parse((await told(['--json'], 'Out of office: back soon')).stdout);
      assert.deepEqual(json.skippedBy, { field: 'subject', expression: '^Out of office' });
      assert.doesNotMatch((await told([], 'Invoice')).stdout, /skipped/);
    }));

  it('makes a link of none of several URLs', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), config);
      const input = 'Subject: two\r\n\r\nhttps://one.example/a http://two.example/b,c.d\r\n';
      const { stdout } = await runCli(['extract', '--alert', '-'], { folder, input });
      assert.match(stdout, /found_url +hxxps:\/\/one\[\.\]example\/a,hxxp:\/\/two\[\.\]example\/b%2Cc\.d$/m);
    }));
});
