import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { createFeed, withheldBy } from '../../src/feeds/create-feed.js';
import { plainFeed } from '../support/feed-labs.js';
import { inFolder } from '../support/folder.js';

/** Tries to read a file in place of the source; answers the words of its refusal, or `files`. */
type Read = (from: string) => Promise<string>;

async function withSource(source: string, work: (read: Read, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (made) => {
    const folder = await realpath(made);
    for (const name of ['drop/one', 'drop/two', 'var/deep', 'elsewhere']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, 'key.txt'), 'secret');
    const config = {
      store: { kind: 'file', path: './var' },
      misp: { url: 'https://misp.example', key: { file: './key.txt' } },
      feeds: { plain: { ...plainFeed, source } },
    };
    await writeFile(join(folder, 'lurewatch.yaml'), stringify(config));
    const loaded = await loadConfig(join(folder, 'lurewatch.yaml'));
    const { misp, feeds } = loaded.config;
    assert.ok(misp !== undefined && feeds.plain !== undefined);
    const feed = createFeed('plain', feeds.plain, misp, loaded.secret, folder, withheldBy(loaded));
    const read = async (from: string) => {
      try {
        const part = await feed.part(from);
        const scratch = await mkdtemp(join(folder, 'scratch-'));
        return (await part.fetch(scratch, undefined)).kind;
      } catch (error) {
        assert.ok(isLurewatchError(error, 'LW_FEED_UNREADABLE'), String(error));
        return error.what;
      }
    };
    await work(read, folder);
  });
}

async function put(folder: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, name), 'name,url,seen\n');
}

describe('a file in place of the source', () => {
  it('is read beside the source, beside the configuration, and beside the files that a glob finds', async () => {
    await withSource('./drop/feed.csv', async (read, folder) => {
      await put(folder, 'drop/feed.csv.rejected', 'mended.csv');
      for (const from of ['drop/feed.csv.rejected', 'mended.csv', join(folder, 'mended.csv')]) {
        assert.equal(await read(from), 'files');
      }
    });
    await withSource('./drop/*/feed.csv', async (read, folder) => {
      await put(folder, 'drop/one/feed.csv', 'drop/one/feed.csv.rejected', 'drop/more.csv', 'drop/two/other.csv');
      assert.equal(await read('drop/one/feed.csv.rejected'), 'files');
      assert.equal(await read('drop/more.csv'), 'files');
      assert.match(await read('drop/two/other.csv'), /another folder/);
    });
  });

  it('is no file of another folder, be it below, above or behind a symbolic link', () =>
    withSource('./drop/feed.csv', async (read, folder) => {
      await put(folder, 'elsewhere/a.csv', 'drop/one/a.csv');
      await symlink(join(folder, 'elsewhere/a.csv'), join(folder, 'drop/link.csv'));
      await symlink(join(folder, 'elsewhere'), join(folder, 'drop/folder'));
      const outside = ['elsewhere/a.csv', 'drop/one/a.csv', 'drop/link.csv', 'drop/folder/a.csv', '/etc/passwd', '..'];
      for (const from of [...outside, '.', join(dirname(folder), 'a.csv'), 'secrets/none']) {
        assert.match(await read(from), /another folder/, from);
      }
    }));

  it('is neither hidden, nor the configuration, nor the file of a secret, under whatever name', () =>
    withSource('./drop/feed.csv', async (read, folder) => {
      await put(folder, '.env', 'drop/.env');
      for (const name of ['.env', 'lurewatch.yaml', 'key.txt']) {
        await symlink(join(folder, name), join(folder, `link-to-${name}`));
        assert.match(await read(name), /is hidden, the configuration or a secret/, name);
        assert.match(await read(`link-to-${name}`), /is hidden, the configuration or a secret/, name);
      }
      assert.match(await read('drop/.env'), /is hidden/);
    }));

  it('is nothing of the store, also where the source lies there', () =>
    withSource('./var/deep/feed.csv', async (read, folder) => {
      await put(folder, 'var/deep/record', 'drop/a.csv');
      await symlink(join(folder, 'var/deep'), join(folder, 'drop/deep'));
      assert.match(await read('var/deep/record'), /lies in the store/);
      assert.match(await read('drop/deep/record'), /lies in the store/);
    }));
});
