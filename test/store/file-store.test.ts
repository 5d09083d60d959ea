import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';
import { keepsNothingOfBrokenStream, storeContract } from '../support/store-contract.js';

describe('the file store', () => {
  storeContract((work) => inFolder((folder) => work({ open: () => FileStore.open(folder) })));

  it('keeps small records that are created together in one file, each of them on its own all the same', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      const keys = numbers.map((number) => `ledger/${number % 3}/${number}.json`);
      await store.createMany(keys.map((key, number) => ({ key, body: Buffer.from(`{"number":${number}}\n`) })));
      const inodes = await Promise.all(keys.map(async (key) => (await stat(store.localPath(key))).ino));
      assert.equal(new Set(inodes).size, 1);
      await store.remove(keys[7] ?? '');
      assert.deepEqual(
        (await store.readMany(keys)).map((body) => body?.toString()),
        numbers.map((number) => (number === 7 ? undefined : `{"number":${number}}\n`)),
      );
      assert.deepEqual(await store.list('ledger/'), keys.filter((_, number) => number !== 7).sort());
    }));

  it('is not confused by bodies that look like files of its own', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const body = Buffer.from('lurewatch records 1\nk/other.json 3\nabc');
      for (const key of ['k/one.json', 'k/mail.eml']) {
        await store.createMany([{ key, body }]);
        assert.deepEqual(await store.readMany([key]), [body]);
      }
      assert.deepEqual(await readFile(store.localPath('k/mail.eml')), body);
    }));

  it('keeps large records and small ones, whatever their number', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const records = [100_000, 0, 20_000, 20_000, 1, 40_000, 5].map((size, index) => ({
        key: `k/${index}.json`,
        body: Buffer.alloc(size, `${index}`),
      }));
      assert.ok((await store.createMany(records)).every(Boolean));
      assert.deepEqual(
        await store.readMany(records.map(({ key }) => key)),
        records.map(({ body }) => body),
      );
      assert.deepEqual(await readdir(join(folder, 'tmp')), []);
    }));

  it('leaves no temporary file behind, and removes those of a process that died long ago', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'tmp'));
      await writeFile(join(folder, 'tmp', 'dead'), 'half a rec');
      await writeFile(join(folder, 'tmp', 'alive'), 'half a rec');
      const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
      await utimes(join(folder, 'tmp', 'dead'), longAgo, longAgo);
      const store = await FileStore.open(folder);
      await store.createMany([{ key: 'k/1', body: Buffer.from('x') }]);
      assert.deepEqual(await readdir(join(folder, 'tmp')), ['alive']);
    }));

  it('stores a stream under the hash of its bytes', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const chunks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000, index));
      const stored = await store.writeStream(Readable.from(chunks), (hash) => `evidence/${hash}.eml`);
      const whole = Buffer.concat(chunks);
      assert.equal(stored.sha256, createHash('sha256').update(whole).digest('hex'));
      assert.equal(stored.sizeBytes, whole.length);
      assert.deepEqual(await readFile(store.localPath(`evidence/${stored.sha256}.eml`)), whole);
      const again = await store.openStream(`evidence/${stored.sha256}.eml`);
      assert.ok(again !== undefined);
      assert.deepEqual(Buffer.concat(await again.toArray()), whole);
    }));

  it('keeps nothing of a stream that breaks, and passes its error on', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await keepsNothingOfBrokenStream(store);
      assert.deepEqual(await readdir(join(folder, 'tmp')), []);
    }));

  it('says what it could not do where the folder is unusable', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(join(folder, 'store'));
      await rm(join(folder, 'store'), { recursive: true });
      await writeFile(join(folder, 'store'), 'a file in its place');
      await chmod(join(folder, 'store'), 0o600);
      await assert.rejects(store.createMany([{ key: 'k/1', body: Buffer.from('x') }]), {
        code: 'LW_STORE_UNAVAILABLE',
      });
    }));

  it('never takes a record that it cannot look at for one that is absent', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await store.createMany([{ key: 'k/1.json', body: Buffer.from('x') }]);
      await symlink(store.localPath('k/2.json'), store.localPath('k/2.json'));
      for (const key of ['k/1.json/below.json', 'k/2.json']) {
        await assert.rejects(store.readMany([key]), { code: 'LW_STORE_UNAVAILABLE' }, key);
      }
    }));

  it('makes the way to a folder durable at its first use, also where somebody else made it, and then no more', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'ledger', 'alerts', 'a'), { recursive: true });
      const synced: string[] = [];
      const store = await FileStore.open(folder, async (path) => void synced.push(path));
      const syncedBy = async (key: string) => {
        synced.length = 0;
        await store.createMany([{ key, body: Buffer.from('x') }]);
        return synced.map((path) => path.slice(folder.length + 1)).sort();
      };
      assert.deepEqual(await syncedBy('ledger/alerts/a/1'), ['', 'ledger', 'ledger/alerts', 'ledger/alerts/a']);
      assert.deepEqual(await syncedBy('ledger/alerts/a/2'), ['ledger/alerts/a']);
      assert.deepEqual(await syncedBy('ledger/alerts/b/3'), ['ledger/alerts', 'ledger/alerts/b']);
      synced.length = 0;
      await store.writeStream(Readable.from([Buffer.from('x')]), () => 'evidence/a/x.eml');
      assert.deepEqual(synced.sort(), [folder, join(folder, 'evidence'), join(folder, 'evidence', 'a')]);
    }));

  it('takes no folder for durable whose way could not be made so', () =>
    inFolder(async (folder) => {
      let broken = true;
      const synced: string[] = [];
      const store = await FileStore.open(folder, async (path) => {
        if (broken) throw new Error('input/output error');
        synced.push(path);
      });
      const record = { key: 'ledger/a/1', body: Buffer.from('x') };
      await assert.rejects(store.createMany([record]), { code: 'LW_STORE_UNAVAILABLE' });
      broken = false;
      assert.deepEqual(await store.createMany([record]), [true]);
      assert.deepEqual(synced.sort(), [folder, join(folder, 'ledger'), join(folder, 'ledger', 'a')]);
    }));

  it('makes its own folder durable, and all that it had to make above it', () =>
    inFolder(async (folder) => {
      const synced: string[] = [];
      await FileStore.open(join(folder, 'new', 'store'), async (path) => void synced.push(path));
      assert.deepEqual(synced.sort(), [folder, join(folder, 'new')]);
    }));

  it('goes on when somebody removes its folders while it runs', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await store.createMany([{ key: 'ledger/a/1', body: Buffer.from('x') }]);
      await rm(join(folder, 'ledger'), { recursive: true });
      assert.deepEqual(await store.createMany([{ key: 'ledger/a/1', body: Buffer.from('y') }]), [true]);
    }));
});
