import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { clearWorkFolders, makeWorkFolder } from '../../src/feeds/work-folder.js';
import { inFolder } from '../support/folder.js';

/** The names of folders of processes, by the name of one of ours. */
async function nameOf(): Promise<(pid: number) => string> {
  const made = await makeWorkFolder();
  await rm(made, { recursive: true });
  assert.match(basename(made), new RegExp(`^lurewatch-feed-\\w+-${process.pid}-\\w{6}$`));
  return (pid) => basename(made).replace(new RegExp(`-${process.pid}-\\w{6}$`), `-${pid}-abcDEF`);
}

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('folders that imports work in', () => {
  it('are removed where their process was killed, with all that is in them', () =>
    inFolder(async (folder) => {
      const left = join(folder, (await nameOf())(deadPid()));
      await mkdir(join(left, 'deep'), { recursive: true });
      await writeFile(join(left, 'deep', 'rows-0'), 'rows');
      assert.equal(await clearWorkFolders(folder), 1);
      assert.deepEqual(await readdir(folder), []);
    }));

  it('stay while their process lives, this one or another', () =>
    inFolder(async (folder) => {
      const name = await nameOf();
      const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
      try {
        assert.ok(other.pid !== undefined);
        for (const pid of [process.pid, other.pid]) await mkdir(join(folder, name(pid)));
        assert.equal(await clearWorkFolders(folder), 0);
        assert.equal((await readdir(folder)).length, 2);
      } finally {
        other.kill();
      }
    }));

  it('are removed where an earlier process had the same id, as in a restarted container', () =>
    inFolder(async (folder) => {
      const left = join(folder, (await nameOf())(process.pid));
      await mkdir(left);
      const before = Date.now() / 1000 - process.uptime() - 60;
      await utimes(left, before, before);
      assert.equal(await clearWorkFolders(folder), 1);
    }));

  it('are the only thing that is removed', () =>
    inFolder(async (folder) => {
      const dead = deadPid();
      const name = (await nameOf())(dead);
      const others = [`lurewatch-feed-otherhost-${dead}-abcDEF`, 'lurewatch-feed-abcDEF', `${name}-more`, 'precious'];
      for (const other of others) await mkdir(join(folder, other));
      await symlink(join(folder, 'precious'), join(folder, name));
      assert.equal(await clearWorkFolders(folder), 0);
      assert.deepEqual((await readdir(folder)).sort(), [...others, name].sort());
    }));

  it('do not keep a worker from starting where there is no temporary directory', async () => {
    assert.equal(await clearWorkFolders('/nowhere/at/all'), 0);
  });
});
