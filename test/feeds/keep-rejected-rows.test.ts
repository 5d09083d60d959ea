import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { feedSchema } from '../../src/feeds/config.js';
import { createFeed } from '../../src/feeds/create-feed.js';
import { keepRejectedRows } from '../../src/feeds/keep-rejected-rows.js';
import { mispServerSchema } from '../../src/misp/config.js';
import { FileStore } from '../../src/store/file-store.js';
import { plainFeed } from '../support/feed-labs.js';
import { inFolder } from '../support/folder.js';

interface Place {
  /** Where the source lies. */
  readonly drop: string;
  /** Keeps a rejected row of each of these files; answers where they are. */
  keep(...files: readonly string[]): Promise<readonly string[]>;
}

async function inDropFolder(work: (place: Place) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const drop = join(folder, 'drop');
    const scratch = join(folder, 'scratch');
    await mkdir(drop);
    await mkdir(scratch);
    const store = await FileStore.open(join(folder, 'var'));
    try {
      const misp = mispServerSchema.parse({ url: 'https://misp.example', key: { env: 'KEY' } });
      const config = feedSchema.parse({ ...plainFeed, source: './drop/*' });
      const feed = createFeed('drop', config, misp, noSecret, folder, { storeFolder: join(folder, 'var'), files: [] });
      async function* rejects(files: readonly string[]) {
        for (const file of files) yield { file, row: 2, code: 'LW_ROW_VALUE', reason: 'bad', raw: `row of ${file}` };
      }
      const keep = (...files: readonly string[]) =>
        keepRejectedRows({
          ...{ feed, store, prefix: 'reports/1/', folder: scratch, rejects: rejects(files), heads: new Map() },
        });
      await work({ drop, keep });
    } finally {
      await store.close();
    }
  });
}

function noSecret(): never {
  throw new Error('a file needs no secret');
}

describe('rejected rows kept beside their source', () => {
  it('never write through symbolic links that stand in the folder', () =>
    inDropFolder(async ({ drop, keep }) => {
      const victim = join(drop, '..', 'victim');
      await writeFile(victim, 'precious');
      await writeFile(join(drop, 'feed.csv'), '');
      await symlink(victim, join(drop, 'feed.csv.rejected'));
      await symlink(victim, join(drop, 'feed.csv.rejected.tmp'));
      const kept = join(drop, 'feed.csv.rejected');
      assert.deepEqual(await keep('drop/feed.csv'), [kept]);
      assert.equal(await readFile(victim, 'utf8'), 'precious');
      assert.equal((await lstat(kept)).isFile(), true);
      assert.equal((await stat(kept)).mode & 0o777, 0o600);
      assert.match(await readFile(kept, 'utf8'), /row of drop\/feed\.csv/);
    }));

  it('leave nothing else in the folder, also where the place is taken by a folder', () =>
    inDropFolder(async ({ drop, keep }) => {
      await writeFile(join(drop, 'feed.csv'), '');
      await mkdir(join(drop, 'feed.csv.rejected', 'in the way'), { recursive: true });
      assert.deepEqual(await keep('drop/feed.csv'), ['reports/1/0-drop_feed.csv']);
      assert.deepEqual(await readdir(drop), ['feed.csv', 'feed.csv.rejected']);
    }));

  it('stand beside their file, whatever has an exclamation mark in its name', () =>
    inDropFolder(async ({ drop, keep }) => {
      await mkdir(join(drop, 'new!'));
      for (const name of ['new!/feed.csv', 'new!/all.zip', 'hot!feed.csv']) await writeFile(join(drop, name), '');
      assert.deepEqual(
        await keep('drop/new!/feed.csv', 'drop/new!/all.zip!in/ner!1.csv', 'drop/hot!feed.csv'),
        ['new!/feed.csv.rejected', 'new!/all.zip.in_ner_1.csv.rejected', 'hot!feed.csv.rejected'].map((name) =>
          join(drop, name),
        ),
      );
      assert.deepEqual(await readdir(join(drop, '..')), ['drop', 'scratch', 'var']);
    }));

  it('of members whose names look alike as files are all kept', () =>
    inDropFolder(async ({ drop, keep }) => {
      await writeFile(join(drop, 'all.zip'), '');
      assert.deepEqual(await keep('drop/all.zip!a b', 'drop/all.zip!a_b'), [
        join(drop, 'all.zip.a_b.rejected'),
        'reports/1/1-drop_all.zip_a_b',
      ]);
    }));

  it('of a member stay in the store where its archive is gone', () =>
    inDropFolder(async ({ drop, keep }) => {
      assert.deepEqual(await keep('drop/gone.zip!a'), ['reports/1/0-drop_gone.zip_a']);
      assert.deepEqual(await readdir(drop), []);
    }));
});
