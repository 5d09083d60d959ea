import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../src/dev/free-port.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

let temporal: TestServer;
before(async () => {
  temporal = await startTestServer();
});
after(() => temporal.stop());

async function withConfig(text: string, work: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    for (const name of ['new', 'cur', 'tmp']) await mkdir(join(folder, 'mail', name), { recursive: true });
    await writeFile(join(folder, 'mail', 'new', '1.a'), 'Subject: a\n\nhttps://a.example/\n');
    await writeFile(join(folder, 'lurewatch.yaml'), text);
    await work(folder);
  });
}

const working = `
mailboxes:
  soc: { kind: directory, path: ./mail, targets: [cases] }
targets:
  cases: { kind: file, path: ./cases }
misp: { kind: feed, path: ./feed }
`;

describe('lurewatch check', () => {
  it('names all that works, and what each target can promise, and changes nothing', async () => {
    await withConfig(working, async (folder) => {
      const { status, stdout } = await runCli(['check'], {
        folder,
        environment: { TEMPORAL_ADDRESS: temporal.address },
      });
      assert.equal(status, 0, stdout);
      for (const name of ['configuration', 'store', 'Temporal', 'mailbox soc', 'target cases', 'misp']) {
        assert.match(stdout, new RegExp(`^ok +${name}: `, 'm'));
      }
      assert.match(stdout, /1 messages, 1 unread/);
      assert.match(stdout, /workers on task queue lurewatch: 0/);
      assert.equal(stdout.match(/repeats: server \(/g)?.length, 2);
      assert.deepEqual(await readdir(join(folder, 'mail', 'new')), ['1.a']);
      assert.ok(!(await readdir(folder)).includes('cases'));
    });
  });

  it('counts what a window of days leaves out, and names the proxies that it went through', async () => {
    const narrow = working.replace('path: ./mail,', 'path: ./mail, daysBack: 2,');
    await withConfig(narrow, async (folder) => {
      await utimes(join(folder, 'mail', 'new', '1.a'), 0, 0);
      const environment = { TEMPORAL_ADDRESS: temporal.address };
      assert.match(
        (await runCli(['check'], { folder, environment })).stdout,
        /unread and older than 2 days: 1\. No poll/,
      );
      const target =
        'hook: { kind: webhook, url: https://hook.example/, secret: { env: S }, proxy: http://127.0.0.1:1 }';
      await writeFile(join(folder, 'lurewatch.yaml'), `${working.replace('targets:\n', `targets:\n  ${target}\n`)}`);
      const secrets = { ...environment, S: `whsec_${Buffer.alloc(32).toString('base64')}` };
      const { stdout } = await runCli(['check'], { folder, environment: secrets });
      assert.match(stdout, /FAILED {2}target hook: .*through the proxy http:\/\/127\.0\.0\.1:1.*LW_TARGET_UNAVAILABLE/);
    });
  });

  it('goes on after a failure and ends with status 1', async () => {
    const broken = working.replace('./mail', './nowhere');
    await withConfig(broken, async (folder) => {
      const environment = { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
      const { status, stdout } = await runCli(['check'], { folder, environment });
      assert.equal(status, 1);
      assert.match(stdout, /^FAILED {2}Temporal: .*ECONNREFUSED/m);
      assert.match(stdout, /^FAILED {2}mailbox soc: .*is not a Maildir.*LW_MAIL_FOLDER_UNKNOWN/m);
      assert.match(stdout, /^ok {6}target cases/m);
    });
  });

  it('ends with status 2 for a secret that is not set, and still looks at the rest', async () => {
    const text = `${working}\n`.replace(
      'misp: { kind: feed, path: ./feed }',
      'misp: { url: "https://127.0.0.1:1", key: { env: NO_SUCH_KEY } }',
    );
    await withConfig(text, async (folder) => {
      const environment = { TEMPORAL_ADDRESS: temporal.address };
      const { status, stdout } = await runCli(['check', '--json'], { folder, environment });
      assert.equal(status, 2);
      const { ok, checks } = JSON.parse(stdout);
      assert.equal(ok, false);
      const failed = checks.filter((check: { ok: boolean }) => !check.ok);
      assert.deepEqual(
        failed.map(({ name, error }: { name: string; error: { code: string } }) => [name, error.code]),
        [['misp', 'LW_SECRET_UNSET']],
      );
    });
  });
});
