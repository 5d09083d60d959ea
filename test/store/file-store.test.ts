import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

describe('the file store', () => {
  it('creates a record once and keeps what was there first', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const key = 'ledger/a/b.json';
      assert.deepEqual(await store.createMany([{ key, body: Buffer.from('first') }]), [true]);
      assert.deepEqual(await store.createMany([{ key, body: Buffer.from('second') }]), [false]);
      assert.deepEqual((await store.readMany([key])).map(String), ['first']);
    }));

  it('lets exactly one of many simultaneous writers create a record', () =>
    inFolder(async (folder) => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => FileStore.open(folder)));
      const wins = await Promise.all(
        stores.map((store, index) => store.createMany([{ key: 'race/one', body: Buffer.from(String(index)) }])),
      );
      const winners = wins.flatMap(([won], index) => (won ? [String(index)] : []));
      assert.equal(winners.length, 1);
      assert.deepEqual((await stores[0]?.readMany(['race/one']))?.map(String), winners);
    }));

  it('answers in the order of the question, with undefined for what is absent', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await store.createMany([
        { key: 'x/1', body: Buffer.from('one') },
        { key: 'x/3', body: Buffer.from('three') },
      ]);
      const found = await store.readMany(['x/3', 'x/2', 'x/1']);
      assert.deepEqual(
        found.map((body) => body?.toString()),
        ['three', undefined, 'one'],
      );
    }));

  it('lists what stands under a prefix, sorted, and nothing where there is none', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await store.createMany(['p/b/2', 'p/a', 'p/b/1', 'other/a'].map((key) => ({ key, body: Buffer.from('') })));
      assert.deepEqual(await store.list('p/'), ['p/a', 'p/b/1', 'p/b/2']);
      assert.deepEqual(await store.list('nothing/'), []);
    }));

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

  it('never gives the body of a record that another writer created first', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      await store.createMany([{ key: 'k/1.json', body: Buffer.from('"mine"') }]);
      const later = ['k/1.json', 'k/2.json', 'k/2.json'].map((key, index) => ({ key, body: Buffer.from(`${index}`) }));
      assert.deepEqual(await store.createMany(later), [false, true, false]);
      assert.deepEqual((await store.readMany(['k/2.json', 'k/1.json'])).map(String), ['1', '"mine"']);
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
      const broken = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('the connection was cut');
        })(),
      );
      await assert.rejects(
        store.writeStream(broken, (hash) => `evidence/${hash}.eml`),
        /the connection was cut/,
      );
      assert.deepEqual(await store.list('evidence/'), []);
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

  it('takes no key that could leave its folder', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      for (const key of ['../x', 'a/../b', '/etc/passwd', 'a//b', '']) {
        await assert.rejects(store.readMany([key]), { code: 'LW_INTERNAL' }, key);
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
