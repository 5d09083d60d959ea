import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { alertIdOf, identityOf } from '../../src/mail/identity.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';

const mail = Buffer.from(
  [
    'From: "Bank" <no-reply@bank.example>',
    'To: soc@example.com',
    'Subject: =?utf-8?B?G1szMW1SZWQ=?=', // ESC [31m Red
    'Message-ID: <1@bank.example>',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Log in at https://login.bank.example/a.b?c=d.e now.',
    '',
  ].join('\r\n'),
);

describe('lurewatch extract', () => {
  it('shows what is in a mail, with URLs that nothing turns into links and no control characters', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.eml'), mail);
      const { status, stdout, stderr } = await runCli(['extract', 'a.eml'], { folder });
      assert.equal(status, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /hxxps:\/\/login\[\.\]bank\[\.\]example\/a\.b\?c=d\.e \(in text\)/);
      assert.doesNotMatch(stdout, /https:/);
      assert.ok(!stdout.includes('\x1b'));
      assert.ok(stdout.includes(alertIdOf(identityOf(mail))));
    });
  });

  it('reads standard input, and writes URLs as they are with --no-defang', async () => {
    const { status, stdout } = await runCli(['extract', '-', '--no-defang'], { input: mail });
    assert.equal(status, 0);
    assert.match(stdout, / https:\/\/login\.bank\.example\/a\.b\?c=d\.e /);
  });

  it('with --json prints an object a line, also for a file that cannot be read, and ends with status 1', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.eml'), mail);
      await writeFile(join(folder, 'b.eml'), mail);
      const args = ['extract', 'a.eml', 'missing.eml', '.', 'b.eml', '--json', '--no-defang'];
      const { status, stdout, stderr } = await runCli(args, { folder });
      assert.equal(status, 1);
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ file, error }) => [file, error?.code]),
        [
          ['a.eml', undefined],
          ['missing.eml', 'LW_USAGE'],
          ['.', 'LW_USAGE'],
          ['b.eml', undefined],
        ],
      );
      assert.deepEqual(lines[0].urls, [{ url: 'https://login.bank.example/a.b?c=d.e', kind: 'text' }]);
      assert.match(stderr, /^error: missing\.eml: .*ENOENT/m);
      assert.match(stderr, /^error: \.: .*EISDIR/m);
    });
  });

  it('keeps to the limits of a mailbox where one is named, and says what was cut', async () => {
    await inFolder(async (folder) => {
      const config = 'mailboxes:\n  soc: { kind: directory, path: ., targets: [c], limits: { sizeBytes: 2048 } }\n';
      await writeFile(join(folder, 'lurewatch.yaml'), `${config}targets:\n  c: { kind: file, path: ./c }\n`);
      const late = Buffer.concat([mail, Buffer.alloc(4000, 'x '), Buffer.from(' https://late.example/')]);
      const run = (args: readonly string[]) => runCli(['extract', '-', ...args], { folder, input: late });
      assert.match((await run([])).stdout, /late\[\.\]example/);
      const cut = await run(['--mailbox', 'soc']);
      assert.doesNotMatch(cut.stdout, /late\[\.\]example/);
      assert.match(cut.stdout, /note .*larger than the limit/);
      assert.equal((await run(['--mailbox', 'sock'])).status, 1);
    });
  });
});
