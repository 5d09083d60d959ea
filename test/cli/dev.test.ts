import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';
import { eventually } from '../support/temporal.js';

const config = `
mailboxes:
  soc: { kind: directory, path: ./mail, targets: [cases], every: 1s }
targets:
  cases: { kind: file, path: ./cases }
`;

describe('lurewatch dev', () => {
  it('is all that a mailbox needs to be polled, keeps what it knows, and ends with Ctrl-C', async () => {
    await inFolder(async (folder) => {
      for (const name of ['new', 'cur', 'tmp']) await mkdir(join(folder, 'mail', name), { recursive: true });
      await writeFile(join(folder, 'mail', 'new', '1.mail'), 'From: a@example.net\nSubject: a\n\nhttps://a.example/\n');
      await writeFile(join(folder, 'lurewatch.yaml'), config);
      const dev = startCli(['dev', '--schedules', '--json'], { folder });
      try {
        await dev.said('"ready":true');
        assert.match(dev.stderr, /Schedule: lurewatch-mailbox-soc created/);
        const { address, uiAddress } = JSON.parse(dev.stdout);
        assert.ok(dev.stderr.includes(`Temporal: ${address}`) && dev.stderr.includes(`Web UI:   ${uiAddress}`));
        assert.equal((await fetch(uiAddress)).status, 200);
        await eventually(async () => {
          const cases = await readdir(join(folder, 'cases')).catch(() => []);
          return cases.length === 1 ? true : undefined;
        }, 'the mail is delivered');
        dev.signal('SIGINT');
        assert.equal((await dev.ended).status, 0);
        await assert.rejects(fetch(uiAddress));
        assert.ok((await readdir(join(folder, 'var'))).includes('temporal.db'));
      } finally {
        dev.signal('SIGKILL');
        await dev.ended;
      }
    });
  });
});
