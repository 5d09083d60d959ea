import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCli } from '../support/cli.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

const page = 'docs/skip.md';
const [config] = await docBlocks(page, 'yaml');
const [shown] = await docBlocks(page, 'console');

const reply = [
  'Message-ID: <ooo.1@mail.example>',
  'Date: Sun, 22 Nov 2026 10:00:00 +0000',
  'From: "Ann" <ann@example.com>',
  'To: soc@example.com',
  'Subject: Automatic reply: suspicious mail',
  '',
  'Back on Monday.',
  '',
];

describe(page, () => {
  it('shows what `extract` says of a mail that its configuration skips', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), config?.text ?? '');
      await writeFile(join(folder, 'reply.eml'), reply.join('\r\n'));
      const { stdout, status } = await runCli(['extract', '--mailbox', 'reports', 'reply.eml'], { folder });
      const told = new Set([...stdout.split('\n'), '$ lurewatch extract --mailbox reports reply.eml']);
      for (const line of shown?.text.split('\n') ?? []) assert.ok(told.has(line), line);
      assert.match(shown?.text ?? '', /^ {2}skipped +subject matches/m);
      assert.equal(status, 0);
    }));

  it('shows a configuration whose mistakes are told with their place', () =>
    inFolder(async (folder) => {
      const broken = config?.text.replace('(?i)to unsubscribe', '(to unsubscribe').replace('subject:', 'subjct:') ?? '';
      await writeFile(join(folder, 'lurewatch.yaml'), broken);
      const { stderr, status } = await runCli(['check'], { folder });
      assert.match(stderr, /mailboxes\.reports\.skip\.body\[0\]: must be a regular expression in RE2 syntax/);
      assert.match(stderr, /mailboxes\.reports\.skip\.subjct: unknown key.*did you mean `?subject/i);
      assert.equal(status, 2);
    }));
});
