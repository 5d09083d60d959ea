import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openTokenFile } from '../../../src/mail/oauth/token-file.js';
import { inFolder } from '../../support/folder.js';
import { failureOf, openLogin } from '../../support/oauth.js';
import { TokenEndpoint } from '../../support/token-endpoint.js';

/** As a process does that is killed; `minutes`: how far from now. */
async function leaveLock(path: string, minutes: number): Promise<void> {
  await writeFile(`${path}.lock`, '1\n');
  const then = new Date(Date.now() + minutes * 60_000);
  await utimes(`${path}.lock`, then, then);
}

describe('the file of a refresh token', () => {
  it('is replaced as a whole, for nobody else to read, and leaves nothing beside it', async () => {
    await inFolder(async (folder) => {
      const file = openTokenFile(join(folder, 'soc.token'), 'mailbox soc');
      assert.equal(await file.read(), undefined);
      await file.locked(() => file.write('one'));
      await file.locked(() => file.write('two'));
      assert.equal(await file.read(), 'two');
      assert.equal((await stat(file.path)).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(folder), ['soc.token']);
    });
  });

  it('is used by one at a time', async () => {
    await inFolder(async (folder) => {
      const open = () => openTokenFile(join(folder, 'soc.token'), 'mailbox soc');
      let inside = 0;
      const alone = async () => {
        assert.equal(++inside, 1);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      };
      await Promise.all([1, 2, 3].map(() => open().locked(alone)));
    });
  });

  for (const [minutes, when] of [
    [-10, 'that is gone'],
    [10, 'that is gone, before the clock was set back'],
  ] as const) {
    it(`is not kept for ever by a process ${when}`, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, 'soc.token');
        await leaveLock(path, minutes);
        const file = openTokenFile(path, 'mailbox soc');
        assert.equal(await file.locked(async () => 'mine', AbortSignal.timeout(60_000)), 'mine');
        assert.deepEqual(await readdir(folder), []);
      });
    });
  }

  it('holds what a killed process had written and not yet put in its place, for that may be the only good token', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'soc.token');
      const aside = (digit: number) => `${path}.0f0e0d0c-0b0a-4908-8706-05040302010${digit}.tmp`;
      const leave = async (name: string, text: string, minutesAgo: number) => {
        await writeFile(name, text);
        const then = new Date(Date.now() - minutesAgo * 60_000);
        await utimes(name, then, then);
      };
      await leave(path, 'used up\n', 9);
      await leave(aside(1), 'older\n', 8);
      await leave(aside(2), 'newest\n', 7);
      await leave(aside(3), 'broken o', 6);
      await leave(aside(4), '', 5);
      await leave(`${path}.of-a-person.tmp`, 'theirs\n', 4);
      const file = openTokenFile(path, 'mailbox soc');
      assert.equal(await file.locked(file.read), 'newest');
      assert.deepEqual((await readdir(folder)).sort(), ['soc.token', 'soc.token.of-a-person.tmp']);

      await leave(aside(5), 'from before the log-in\n', 8);
      assert.equal(await file.locked(file.read), 'newest');
      assert.deepEqual((await readdir(folder)).sort(), ['soc.token', 'soc.token.of-a-person.tmp']);
    });
  });

  it('is used by one at a time, though many find what a process left behind', async () => {
    for (let round = 0; round < 4; round += 1) {
      await inFolder(async (folder) => {
        const path = join(folder, 'soc.token');
        await leaveLock(path, -10);
        let inside = 0;
        const alone = async () => {
          assert.equal(++inside, 1);
          for (let step = 0; step < 3; step += 1) await readdir(folder);
          inside -= 1;
        };
        const one = async (later: number) => {
          for (let step = 0; step < later; step += 1) await readdir(folder);
          await openTokenFile(path, 'mailbox soc').locked(alone);
        };
        await Promise.all([0, 1, 2, 3, 4, 5, 6, 0, 1, 2].map(one));
        assert.deepEqual(await readdir(folder), []);
      });
    }
  });

  it('is told to be of no use where what was left behind cannot be removed', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'soc.token');
      await mkdir(`${path}.lock`);
      const longAgo = new Date(Date.now() - 10 * 60_000);
      await utimes(`${path}.lock`, longAgo, longAgo);
      const work = openTokenFile(path, 'mailbox soc').locked(async () => 'mine', AbortSignal.timeout(60_000));
      assert.match((await failureOf(work, 'LW_CONFIG_INVALID')).message, /cannot be written/);
    });
  });

  it('is not set free for a third by one who was too slow', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'soc.token');
      await openTokenFile(path, 'mailbox soc').locked(() => writeFile(`${path}.lock`, 'of another\n'));
      assert.equal(await readFile(`${path}.lock`, 'utf8'), 'of another\n');
    });
  });

  it('is replaced where a symbolic link says that it is', async () => {
    await inFolder(async (folder) => {
      const [link, path] = [join(folder, 'link.token'), join(folder, 'volume', 'soc.token')];
      await mkdir(join(folder, 'volume'));
      await writeFile(path, 'one\n');
      await symlink(path, link);
      const file = openTokenFile(link, 'mailbox soc');
      await file.locked(async () => {
        assert.deepEqual((await readdir(join(folder, 'volume'))).sort(), ['soc.token', 'soc.token.lock']);
        await file.write('two');
      });
      assert.equal(await readFile(path, 'utf8'), 'two\n');
      assert.ok((await lstat(link)).isSymbolicLink());
    });
  });

  it('is waited for until told to stop', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'soc.token');
      await writeFile(`${path}.lock`, '1\n');
      const stop = new AbortController();
      const waiting = openTokenFile(path, 'mailbox soc').locked(async () => 'mine', stop.signal);
      const reason = new Error('told to stop');
      stop.abort(reason);
      await assert.rejects(waiting, (error) => error === reason);
    });
  });

  it('is known to be writable before a token is used up', async () => {
    const provider = await TokenEndpoint.start();
    try {
      const { tokens } = openLogin(
        {
          ...{ provider: 'other', tokenEndpoint: `${provider.url}/token`, clientId: 'soc', grant: 'refresh-token' },
          ...{ refreshToken: { env: 'R' }, tokenFile: '/nowhere/at/all/soc.token', insecure: true },
        },
        { R: 'refresh-0' },
      );
      const { message } = await failureOf(tokens.get(), 'LW_CONFIG_INVALID', ['refresh-0']);
      assert.match(message, /^mailbox soc: the token file \/nowhere\/at\/all\/soc\.token cannot be written \(ENOENT\)/);
      assert.equal(provider.requests.length, 0);
    } finally {
      await provider.close();
    }
  });

  it('counts before the configured token, which is tried where the kept one is refused', async () => {
    const provider = await TokenEndpoint.start();
    try {
      await inFolder(async (folder) => {
        const path = join(folder, 'soc.token');
        await writeFile(path, 'kept\n');
        const { tokens } = openLogin(
          {
            ...{ provider: 'other', tokenEndpoint: `${provider.url}/token`, clientId: 'soc', grant: 'refresh-token' },
            ...{ refreshToken: { env: 'R' }, tokenFile: 'soc.token', insecure: true },
          },
          { R: 'configured' },
          folder,
        );
        provider.answer(400, { error: 'invalid_grant' });
        provider.granted = { refresh_token: 'next' };
        await tokens.get();
        assert.deepEqual(
          provider.forms.map(({ refresh_token }) => refresh_token),
          ['kept', 'configured'],
        );
        assert.equal(await readFile(path, 'utf8'), 'next\n');
      });
    } finally {
      await provider.close();
    }
  });
});
