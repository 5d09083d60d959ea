import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { keys } from '../../src/ledger/keys.js';
import { ExpiringFiles } from '../../src/retention/expiring-files.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

const thread = new URL('../support/expiring-thread.js', import.meta.url);
const old = new Date('2025-06-01');
const beforeMs = Date.UTC(2026, 0, 1);

interface Place {
  readonly store: FileStore;
  readonly aside: string;
  readonly files: ExpiringFiles;
}

async function inStore(work: (place: Place) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    const aside = join(folder, 'expiring');
    const files = new ExpiringFiles(aside);
    await files.prepare();
    await work({ store, aside, files });
  });
}

function mail(name: string): { readonly key: string; readonly body: Buffer; readonly name: string } {
  const body = Buffer.from(`Subject: ${name}\r\n\r\n`);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { key: keys.evidence(sha256), body, name: `${sha256}.eml` };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('a file that is old', () => {
  it('is removed unless it was stored again since, in one piece or as a stream', () =>
    inStore(async ({ store, files }) => {
      const [left, again, streamed] = [mail('left'), mail('again'), mail('streamed')];
      await store.createMany([left, again, streamed]);
      for (const { key } of [left, again, streamed]) await utimes(store.placeOf(key), old, old);
      assert.deepEqual(await store.createMany([again]), [false]);
      const { created } = await store.writeStream(Readable.from([streamed.body]), () => streamed.key);
      assert.equal(created, false);
      const removed = [left, again, streamed].map(({ key, name }) => files.remove(store.placeOf(key), name, beforeMs));
      assert.deepEqual(removed, [true, false, false]);
      const there = await Promise.all([left, again, streamed].map(({ key }) => isThere(store.placeOf(key))));
      assert.deepEqual(there, [false, true, true]);
    }));

  it('does not vanish under who stores it again, however many remove at that moment, and die in the middle of it', () =>
    inStore(async ({ store, aside, files: ours }) => {
      const mails = Array.from({ length: 400 }, (_, index) => mail(`copy ${index}`));
      await store.createMany(mails);
      for (const { key } of mails) await utimes(store.placeOf(key), old, old);
      const files = mails.map(({ key, name }) => ({ path: store.placeOf(key), name }));
      const threads = [1, 2].map(() => new Worker(thread, { workerData: { aside, files, beforeMs } }));
      try {
        await Promise.all(threads.map((each) => once(each, 'online')));
        // From the other end, so that both meet somewhere.
        for (const [index, each] of mails.toReversed().entries()) {
          if (index === 250) await threads[0]?.terminate();
          await store.createMany([each]);
        }
      } finally {
        await Promise.all(threads.map((each) => each.terminate()));
      }
      await ours.recover((name) => store.placeOf(keys.evidence(name.slice(0, -'.eml'.length))), beforeMs);
      const bodies = await store.readMany(mails.map(({ key }) => key));
      assert.deepEqual(
        bodies.map((body) => body?.toString()),
        mails.map(({ body }) => body.toString()),
      );
      assert.deepEqual(await readdir(aside), []);
    }));

  it('does not take the place of one of the same name that somebody else has aside, stored again since', () =>
    inStore(async ({ store, aside, files }) => {
      const { key, body, name } = mail('twice aside');
      await store.createMany([{ key, body: Buffer.from('an older copy') }]);
      await utimes(store.placeOf(key), old, old);
      await writeFile(join(aside, name), body);
      assert.equal(files.remove(store.placeOf(key), name, beforeMs), true);
      await files.recover((found) => store.placeOf(keys.evidence(found.slice(0, -'.eml'.length))), beforeMs);
      assert.deepEqual(await readFile(store.placeOf(key)), body);
    }));

  it('that a process which died had moved aside is removed, or put back if it was stored again', () =>
    inStore(async ({ store, aside, files }) => {
      const [left, again] = [mail('left'), mail('again')];
      await store.createMany([mail('another')]);
      for (const { name, body } of [left, again]) await writeFile(join(aside, name), body);
      await utimes(join(aside, left.name), old, old);
      await files.recover((name) => store.placeOf(keys.evidence(name.slice(0, -'.eml'.length))), beforeMs);
      assert.equal(await isThere(store.placeOf(left.key)), false);
      assert.deepEqual(await readFile(store.placeOf(again.key)), again.body);
      assert.deepEqual(await readdir(aside), []);
    }));
});
