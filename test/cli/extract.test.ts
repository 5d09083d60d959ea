import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { alertIdOf, identityOf } from '../../src/mail/identity.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';
import { assertNoLinks } from '../support/live-links.js';

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
      const args = ['extract', 'a.eml', 'missing.eml', '.', 'b.eml', '--json'];
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
      assert.deepEqual(lines[0].urls, [{ url: 'https://login.bank.example/a.b?c=d.e', kind: 'text', part: '1' }]);
      for (const key of ['messageId', 'subject', 'from', 'to', 'indicators', 'attachments', 'findings'])
        assert.ok(key in lines[0], key);
      assert.match(stderr, /^error: missing\.eml: .*ENOENT/m);
      assert.match(stderr, /^error: \.: .*EISDIR/m);
    });
  });

  it('takes the mails of an mbox apart, also from standard input, and reads on behind a file that cannot be read', async () => {
    await inFolder(async (folder) => {
      const separator = 'From a@b.example Mon Nov  2 08:00:00 2026\n';
      await writeFile(
        join(folder, 'all.mbox'),
        `${separator}${mail}\n${separator}Subject: Second\n\nhttps://b.example/\n`,
      );
      const args = ['extract', 'missing.mbox', 'all.mbox', '-', '--json'];
      const { status, stdout } = await runCli(args, { folder, input: `${separator}a\n\n${separator}b\n` });
      assert.equal(status, 1);
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ file, subject }) => [file, subject]),
        [
          ['missing.mbox', undefined],
          ['all.mbox#1', '\u001b[31mRed'.replace('\u001b', ' ').trim()],
          ['all.mbox#2', 'Second'],
          ['-#1', null],
          ['-#2', null],
        ],
      );
      assert.equal(lines[1].alertId, alertIdOf(identityOf(Buffer.concat([mail, Buffer.from('\n')]))));
      const people = await runCli(['extract', 'all.mbox'], { folder });
      assert.match(people.stdout, /^all\.mbox#1\n(?:.+\n)+\nall\.mbox#2\n/);
    });
  });

  it('writes other indicators, senders and carried mails for people, none of which turns into a link', async () => {
    const forwarded = [
      'From: "www.bank.example" <a@evil.example>',
      'Reply-To: b@other.example',
      'Subject: http://subject.example/ now',
      '',
      'From 203.0.113.9 or c@third.example:',
      '-----Original Message-----',
      'From: x@y.example',
      'Sent: Monday',
      'Subject: https://inner.example/',
      '',
      'https://deep.example/',
    ];
    const { stdout } = await runCli(['extract', '-'], { input: forwarded.join('\r\n') });
    assert.match(stdout, /203\[\.\]0\[\.\]113\[\.\]9 \(IP address\)/);
    assert.match(stdout, /b@other\[\.\]example \(mail address, Reply-To\)/);
    assert.match(stdout, /carries +1\n +hxxps:\/\/inner\.example\/ \(in the text\)/);
    assert.match(stdout, /authentication +not read: no `authserv` is configured/);
    assert.match(stdout, /note +Answers to the mail/);
    assert.doesNotMatch(stdout, /https?:|www\.|203\.0/);
  });

  it('leaves no live scheme in anything that a sender can write, and gives it as it is with --json', async () => {
    const hostile = [
      'From: "https://name.example/ ssh://name.example/" <a@evil.example>',
      'To: "ftp://to.example/" <soc@corp.example>',
      'Reply-To: "x" <b@other.example>',
      'Message-ID: <https://id.example/x>',
      'Subject: ftp://subject.example/ xhttp://subject.example/ mailto:a@b.example www2.subject.example',
      'Date: https://date.example/',
      'Received: from https://helo.example/ by mx.example',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<a href="https://a.example/?to=https://b.example/&f=ftp://c.example/">HTTPS://shown.example/ now</a>',
      '-----Original Message-----<br>From: "sftp://carried.example/" &lt;x@y.example&gt;<br>Sent: file:///date<br>',
      'Message-ID: &lt;http://carried.example/&gt;<br>Subject: http:\u00ad//hyphen.example/<br><br>Hello',
      '--b',
      'Content-Type: "https://type.example/"; name="https://evil.example/click.exe"',
      'Content-Disposition: attachment; filename="https://evil.example/click.exe"',
      '',
      'x',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: "irc://inner.example/" <i@inner.example>\r\nMessage-ID: <https://inner.example/x>\r\nDate: ftp://inner.example/',
      'Subject: https://inner.example/',
      '',
      'x',
      '--b--',
      '',
    ].join('\r\n');
    const { stdout } = await runCli(['extract', '-'], { input: hostile });
    assert.match(stdout, /message id +<hxxps:\/\/id\.example\/x>/);
    assert.match(stdout, / hxxps:\/\/evil\.example\/click\.exe, /);
    assert.match(stdout, /hxxps:\/\/a\[\.\]example\/\?to=hxxps:\/\/b\.example\/&f=fxp:\/\/c\.example\//);
    assert.match(stdout, /shown as: hxxpS:\/\/shown\.example/);
    assert.match(stdout, / carries +\d/);
    assertNoLinks(stdout);
    const { urls, messageId, attachments } = JSON.parse(
      (await runCli(['extract', '-', '--json'], { input: hostile })).stdout,
    );
    assert.equal(urls[0].url, 'https://a.example/?to=https://b.example/&f=ftp://c.example/');
    assert.equal(messageId, '<https://id.example/x>');
    assert.equal(attachments[0].fileName, 'https://evil.example/click.exe');
  });

  it('tells what copies of a mail have in common, so that one sees why they are one campaign or are not', async () => {
    await inFolder(async (folder) => {
      const copy = (name: string, number: number) =>
        `From: m${number}@m${number}.evil.example\nTo: ${name}@corp.example\nSubject: ${name}, invoice ${number}\n\nhttps://u${number}.kit.example/${number}\n`;
      await writeFile(join(folder, 'a.eml'), copy('ada', 1));
      await writeFile(join(folder, 'b.eml'), copy('grace', 2));
      const { stdout } = await runCli(['extract', 'a.eml', 'b.eml', '--json'], { folder });
      const [first, second] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).campaign);
      assert.deepEqual(first, { sender: 'evil.example', subject: '* invoice 0', hosts: ['kit.example'] });
      assert.deepEqual(second, first);
      const people = await runCli(['extract', 'a.eml'], { folder });
      assert.match(people.stdout, /campaign +from evil\[\.\]example, "\* invoice 0", links to kit\[\.\]example\n/);
    });
  });

  it('tells what the host reported that the mailbox names, and nothing that others wrote', async () => {
    await inFolder(async (folder) => {
      const config = 'mailboxes:\n  soc: { kind: directory, path: ., targets: [c], authserv: mx.corp.example }\n';
      await writeFile(join(folder, 'lurewatch.yaml'), `${config}targets:\n  c: { kind: file, path: ./c }\n`);
      const ours = 'Authentication-Results: mx.corp.example; spf=fail; dmarc=fail\r\nReceived: x\r\n';
      const forged = 'Authentication-Results: mx.corp.example; spf=pass; dkim=pass\r\n\r\nx';
      const run = (args: readonly string[]) => runCli(['extract', '-', ...args], { folder, input: ours + forged });
      const { stdout } = await run(['--mailbox', 'soc']);
      assert.match(stdout, /authentication +spf=fail, dmarc=fail \(mx\.corp\.example\)/);
      assert.doesNotMatch(stdout, /pass/);
      assert.equal(JSON.parse((await run(['--json'])).stdout).authentication, null);
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
