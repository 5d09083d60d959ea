import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { demoMails } from '../../src/demo/samples.js';
import { runCli, startDemo } from '../support/cli.js';
import { inFolder as inPrivateFolder } from '../support/folder.js';
import { eventually } from '../support/temporal.js';

const run = promisify(execFile);
const mails = demoMails().length;

/** Dovecot run by root keeps its mail as another user, who has to get there; else it goes to /var/tmp and stays. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await inPrivateFolder(async (folder) => {
    await chmod(folder, 0o755);
    await work(folder);
  });
}

function demo(folder: string, ...args: readonly string[]) {
  return startDemo(args, { environment: { LUREWATCH_DEMO_FOLDER: folder } });
}

/** Every server that it named is gone, and no process has its folder in its command line. */
async function assertNothingLeft(folder: string, said: string): Promise<void> {
  const ports = [...said.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
  assert.ok(ports.length >= 2, said);
  for (const port of ports) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    // Another test may use a well-known port meanwhile; ours are all told apart by the folder below.
    if (![7233, 8233].includes(port)) assert.equal(open, false, `port ${port} is open`);
  }
  const { stdout } = await run('ps', ['-eo', 'args']);
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.includes(folder)),
    [],
  );
  assert.ok(!(await readdir(folder)).includes('running.pid'));
}

async function cases(folder: string): Promise<readonly string[]> {
  return (await readdir(join(folder, 'cases'))).sort();
}

describe('the demo', () => {
  it('delivers every sample mail once, verifies it, and finds nothing new in a second run', async () => {
    await inFolder(async (folder) => {
      const first = await demo(folder, '--once').ended;
      assert.equal(first.status, 0, first.stdout + first.stderr);
      assert.equal(first.stderr, '');
      assert.match(first.stdout, new RegExp(`Mailbox +${mails} sample mails put there, 0 are there from before`));
      assert.match(first.stdout, new RegExp(`Delivered ${mails} mails; all are marked as read`));
      assert.match(first.stdout, /│ alert +│ from +│ subject +│ URLs found +│ case +│ MISP event/);
      assert.match(first.stdout, /Verified: nothing lost, nothing doubled\./);
      await assertNothingLeft(folder, first.stdout);
      const made = await cases(folder);
      assert.equal(made.length, mails);

      const second = await demo(folder, '--once').ended;
      assert.equal(second.status, 0, second.stdout + second.stderr);
      assert.match(second.stdout, new RegExp(`Mailbox +0 sample mails put there, ${mails} are there from before`));
      assert.match(second.stdout, new RegExp(`Nothing new: all ${mails} mails were delivered by an earlier run`));
      assert.deepEqual(await cases(folder), made);

      // The command that it names works.
      const [, id = ''] = /lurewatch find '([^']+)'/.exec(second.stdout) ?? [];
      const found = await runCli(['find', id, '--config', join(folder, 'lurewatch.yaml')]);
      assert.equal(found.status, 0);
      assert.match(found.stdout, /→ cases: delivered/);
    });
  });

  it('says what is wrong where something is missing or doubled, and begins anew with --fresh', async () => {
    await inFolder(async (folder) => {
      assert.equal((await demo(folder, '--once', '--maildir').ended).status, 0);
      const [lost = '', copied = ''] = await cases(folder);
      await writeFile(join(folder, 'cases', `copy-of-${copied}`), await readFile(join(folder, 'cases', copied)));
      await rm(join(folder, 'cases', lost));
      const { status, stderr } = await demo(folder, '--once', '--maildir').ended;
      assert.equal(status, 1);
      assert.ok(stderr.includes(`error: alert ${lost.slice(0, 26)} has no case`), stderr);
      assert.ok(stderr.includes(`error: copy-of-${copied} is no case of a mail`), stderr);

      const fresh = await demo(folder, '--once', '--maildir', '--fresh').ended;
      assert.equal(fresh.status, 0, fresh.stdout + fresh.stderr);
      assert.match(fresh.stdout, new RegExp(`Mailbox +${mails} sample mails put there, 0 are there from before`));
    });
  });

  it('interrupted while mails are under way leaves no process behind, and the next run loses and doubles nothing', async () => {
    await inFolder(async (folder) => {
      const interrupted = demo(folder, '--once');
      await interrupted.said('Mailbox ');
      interrupted.signal('SIGINT');
      const { status, stdout, stderr } = await interrupted.ended;
      assert.equal(status, 1);
      assert.equal(stderr, '');
      assert.match(stdout, /Stopping/);
      await assertNothingLeft(folder, stdout);
      const next = await demo(folder, '--once').ended;
      assert.equal(next.status, 0, next.stdout + next.stderr);
      assert.equal((await cases(folder)).length, mails);
    });
  });

  it('killed without a warning leaves no process behind either, and lets the next one in', async () => {
    await inFolder(async (folder) => {
      const killed = demo(folder, '--once', '--maildir');
      await killed.said('Mailbox ');
      killed.signal('SIGKILL');
      await killed.ended;
      await eventually(async () => {
        const { stdout } = await run('ps', ['-eo', 'args']);
        return stdout.includes(folder) ? undefined : true;
      }, 'its servers have ended');
      const next = await demo(folder, '--once', '--maildir').ended;
      assert.equal(next.status, 0, next.stdout + next.stderr);
    });
  });

  it('runs once at a time in a folder', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'running.pid'), String(process.pid));
      const { status, stderr } = await demo(folder, '--once').ended;
      assert.equal(status, 1);
      assert.match(stderr, /A demo is running in .* already/);
      assert.deepEqual(await readdir(folder), ['running.pid']);
    });
  });
});
