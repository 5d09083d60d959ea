import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { demoMails } from '../../src/demo/samples.js';
import {
  createExtractionPool,
  type ExtractionPool,
  type ExtractionPoolOptions,
} from '../../src/indicators/extraction-pool.js';
import { codesOf, extract, limits, urlsOf } from '../support/extraction.js';

const hostileThread = new URL('../support/hostile-thread.js', import.meta.url);
const soon = { ...limits, seconds: 0.3 };

function pool(test: TestContext, options: Partial<ExtractionPoolOptions> = {}): ExtractionPool {
  const created = createExtractionPool({ threads: 1, ...options });
  test.after(() => created.close());
  return created;
}

function mail(number: number, header = 'X-Plain: y'): { bytes: Buffer } {
  return { bytes: Buffer.from(`Subject: ${number}\r\n${header}\r\n\r\nhttps://mail${number}.example/\r\n`) };
}

describe('the extraction pool', () => {
  it('gives what reading in the same thread gives, for bytes and files, in the order asked', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-'));
    after(() => rm(folder, { recursive: true }));
    const mails = demoMails();
    await Promise.all(mails.map(({ name, raw }) => writeFile(join(folder, name), raw)));
    const expected = await Promise.all(mails.map(({ raw }) => extract(raw)));
    const threads = pool(test, { threads: 2 });
    assert.deepEqual(
      await threads.extractMany(
        mails.map(({ raw }) => ({ bytes: raw })),
        limits,
      ),
      expected,
    );
    assert.deepEqual(
      await threads.extractMany(
        mails.map(({ name }) => ({ path: join(folder, name) })),
        limits,
      ),
      expected,
    );
  });

  it('gives nothing for nothing', async (test) => {
    assert.deepEqual(await pool(test).extractMany([], limits), []);
  });

  it('kills a mail at its deadline, reads it simply, and does not harm its neighbours', async (test) => {
    const jobs = [mail(0), mail(1), mail(2, 'X-Stall: y'), mail(3), mail(4, 'X-Stall: y'), mail(5)];
    const extractions = await pool(test, { threadFile: hostileThread }).extractMany(jobs, soon);
    assert.deepEqual(extractions.map(codesOf), [[], [], ['time-cut'], [], ['time-cut'], []]);
    for (const [number, extraction] of extractions.entries()) {
      assert.equal(extraction.subject, String(number));
      assert.deepEqual(urlsOf(extraction), [`https://mail${number}.example/`]);
    }
  });

  it('cuts a mail that takes all the memory of its thread', async (test) => {
    const threads = pool(test, { threadFile: hostileThread, threadMemoryMb: 64 });
    const extractions = await threads.extractMany([mail(0), mail(1, 'X-Devour: y'), mail(2)], limits);
    assert.deepEqual(extractions.map(codesOf), [[], ['memory-cut'], []]);
    assert.equal(extractions[1]?.subject, '1');
  });

  it('survives a mail that makes the thread throw, or end', async (test) => {
    const jobs = [mail(0, 'X-Throw: y'), mail(1), mail(2, 'X-Exit: y'), mail(3)];
    const extractions = await pool(test, { threadFile: hostileThread }).extractMany(jobs, limits);
    assert.deepEqual(extractions.map(codesOf), [['parser-failed'], [], ['parser-failed'], []]);
    assert.deepEqual(
      extractions.map(({ subject }) => subject),
      ['0', '1', '2', '3'],
    );
  });

  it('gives a mail that even the simple reading cannot finish an extraction that only says so', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    const extraction = await threads.extract(mail(1, 'X-Stall: y\r\nX-Stall-Always: y'), soon);
    assert.deepEqual(codesOf(extraction), ['time-cut']);
    assert.equal(extraction.subject, null);
  });

  it('cuts the real reading at a deadline too', async (test) => {
    const raw = Buffer.from(`Subject: long\r\n\r\nhttps://first.example/\r\n${'a.bc '.repeat(3_000_000)}`);
    const extraction = await pool(test).extract({ bytes: raw }, { ...limits, seconds: 0.02 });
    assert.deepEqual(codesOf(extraction), ['time-cut']);
    assert.equal(extraction.subject, 'long');
    assert.deepEqual(urlsOf(extraction), ['https://first.example/']);
  });

  it('does not count the wait for a thread against a deadline', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    const calls = [mail(0, 'X-Stall: y'), mail(1, 'X-Stall: y'), mail(2)].map((job) => threads.extract(job, soon));
    assert.deepEqual((await Promise.all(calls)).map(codesOf), [['time-cut'], ['time-cut'], []]);
  });

  it('stops when the caller stops, and serves the next one', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    const reason = new Error('no longer wanted');
    const controller = new AbortController();
    const stopped = threads.extract(mail(0, 'X-Stall: y'), limits, controller.signal);
    setTimeout(() => controller.abort(reason), 200);
    await assert.rejects(stopped, (error) => error === reason);
    await assert.rejects(threads.extract(mail(0), limits, controller.signal), (error) => error === reason);
    assert.deepEqual(codesOf(await threads.extract(mail(1), limits)), []);
  });

  it('says where a file is missing or cannot be read', async (test) => {
    const threads = pool(test);
    await assert.rejects(threads.extract({ path: '/nowhere/mail' }, limits), {
      code: 'LW_EVIDENCE_MISSING',
      where: '/nowhere/mail',
    });
    await assert.rejects(threads.extract({ path: tmpdir() }, limits), { code: 'LW_STORE_UNAVAILABLE' });
  });

  it('cuts a file at the size limit', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-'));
    after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'large');
    await writeFile(path, `Subject: s\r\n\r\nhttps://a.example/\r\n${'x\r\n'.repeat(500_000)}https://b.example/\r\n`);
    const extraction = await pool(test).extract({ path }, { ...limits, sizeBytes: 1_000_000 });
    assert.deepEqual(codesOf(extraction), ['size-cut']);
    assert.deepEqual(urlsOf(extraction), ['https://a.example/']);
  });

  it('fails clearly where its threads cannot start', async (test) => {
    const threads = pool(test, { threadFile: new URL('./no-such-thread.js', import.meta.url) });
    await assert.rejects(threads.extract(mail(0), limits), { code: 'LW_INTERNAL' });
  });
});
