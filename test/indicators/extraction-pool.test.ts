import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demoMails } from '../../src/demo/samples.js';
import { runCommand } from '../../src/dev/run-command.js';
import {
  createExtractionPool,
  type ExtractionPool,
  type ExtractionPoolOptions,
} from '../../src/indicators/extraction-pool.js';
import type { Extraction } from '../../src/indicators/types.js';
import { codesOf, extract, limits, urlsOf } from '../support/extraction.js';

const hostileThread = new URL('../support/hostile-thread.js', import.meta.url);
const soon = { ...limits, seconds: 1 };

function pool(test: TestContext, options: Partial<ExtractionPoolOptions> = {}): ExtractionPool {
  const created = createExtractionPool({ threads: 1, ...options });
  test.after(() => created.close());
  return created;
}

/** Without how it was read then: on a busy machine that differs. */
function reasonOf(extraction: Extraction): string[] {
  return codesOf(extraction).filter((code) => !code.startsWith('read-'));
}

function mail(number: number, header = 'X-Plain: y'): { bytes: Buffer } {
  return { bytes: Buffer.from(`Subject: ${number}\r\n${header}\r\n\r\nhttps://mail${number}.example/\r\n`) };
}

/** Of the threads that run: each has ports to talk to this one. */
function openPorts(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;
}

describe('the extraction pool', () => {
  it('starts its threads at once, or where that is asked for with the first mail', async (test) => {
    const none = openPorts();
    const lazy = pool(test, { onDemand: true });
    assert.equal(openPorts(), none);
    pool(test);
    assert.ok(openPorts() > none);
    assert.deepEqual(urlsOf(await lazy.extract(mail(1), limits)), ['https://mail1.example/']);
  });

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

  it('kills a mail at its deadline, reads less of it, and does not harm its neighbours', async (test) => {
    const jobs = [mail(0), mail(1), mail(2, 'X-Stall: y'), mail(3), mail(4, 'X-Stall: y'), mail(5)];
    const extractions = await pool(test, { threadFile: hostileThread }).extractMany(jobs, soon);
    assert.deepEqual(extractions.map(reasonOf), [[], [], ['time-cut'], [], ['time-cut'], []]);
    for (const [number, extraction] of extractions.entries()) {
      assert.equal(extraction.subject, String(number));
      assert.deepEqual(urlsOf(extraction), [`https://mail${number}.example/`]);
    }
  });

  it('cuts a mail that takes all the memory of its thread', async (test) => {
    const threads = pool(test, { threadFile: hostileThread, threadMemoryMb: 64 });
    const extractions = await threads.extractMany([mail(0), mail(1, 'X-Devour: y'), mail(2)], limits);
    assert.deepEqual(extractions.map(codesOf), [[], ['memory-cut', 'read-plainly'], []]);
    assert.equal(extractions[1]?.subject, '1');
  });

  it('survives a mail that makes the thread throw, or end', async (test) => {
    const jobs = [mail(0, 'X-Throw: y'), mail(1), mail(2, 'X-Exit: y'), mail(3)];
    const extractions = await pool(test, { threadFile: hostileThread }).extractMany(jobs, limits);
    assert.deepEqual(extractions.map(codesOf), [
      ['parser-failed', 'read-plainly'],
      [],
      ['parser-failed', 'read-plainly'],
      [],
    ]);
    assert.deepEqual(
      extractions.map(({ subject }) => subject),
      ['0', '1', '2', '3'],
    );
  });

  it('reads a mail whose own body is too much plainly: HTML, indicators and names of files, no script', async (test) => {
    const raw = [
      'X-Devour: y',
      'From: a@sender.example',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<a href="next">x</a><base href="https://base.example/"><script>a = "https:" + "//script.example/"</script>',
      '--b',
      'Content-Type: text/html',
      'Content-Disposition: attachment; filename=page.html',
      '',
      '<a href="https://page.example/">x</a>',
      '--b--',
    ];
    const threads = pool(test, { threadFile: hostileThread, threadMemoryMb: 64 });
    const extraction = await threads.extract({ bytes: Buffer.from(raw.join('\r\n')) }, limits);
    assert.deepEqual(codesOf(extraction), ['memory-cut', 'read-plainly', 'text-cut']);
    assert.deepEqual(urlsOf(extraction), ['https://base.example/next', 'https://base.example/']);
    assert.ok(extraction.indicators?.some(({ value, role }) => value === 'a@sender.example' && role === 'from'));
    assert.equal(extraction.attachments[0]?.sha256?.length, 64);
  });

  it('leaves time for the plain reading within the deadline', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    await threads.extract(mail(0), limits);
    const started = performance.now();
    const extraction = await threads.extract(mail(1, 'X-Stall: y'), { ...limits, seconds: 3 });
    assert.deepEqual(codesOf(extraction), ['time-cut', 'read-plainly']);
    const tookMs = performance.now() - started;
    assert.ok(tookMs > 1700, `cut after ${tookMs} ms, before its share of the time was over`);
  });

  it('gives a mail that even the simple reading cannot finish an extraction that only says so', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    const extraction = await threads.extract(mail(1, 'X-Stall: y\r\nX-Stall-Always: y'), soon);
    assert.deepEqual(codesOf(extraction), ['time-cut', 'not-read']);
    assert.equal(extraction.subject, null);
  });

  it('cuts the real reading at a deadline too', async (test) => {
    const raw = Buffer.from(`Subject: long\r\n\r\nhttps://first.example/\r\n${'a.bc '.repeat(3_000_000)}`);
    const extraction = await pool(test).extract({ bytes: raw }, { ...limits, seconds: 0.02 });
    assert.deepEqual(codesOf(extraction), ['time-cut', 'read-simply']);
    assert.equal(extraction.subject, 'long');
    assert.deepEqual(urlsOf(extraction), ['https://first.example/']);
  });

  it('does not count the wait for a thread against a deadline', async (test) => {
    const threads = pool(test, { threadFile: hostileThread });
    const calls = [mail(0, 'X-Stall: y'), mail(1, 'X-Stall: y'), mail(2)].map((job) => threads.extract(job, soon));
    assert.deepEqual((await Promise.all(calls)).map(reasonOf), [['time-cut'], ['time-cut'], []]);
  });

  it('goes round between mailboxes, so that a flooded one keeps no other waiting', async (test) => {
    const threads = pool(test);
    const ended: string[] = [];
    const read = async (name: string, count: number, onBehalfOf: string) => {
      const jobs = Array.from({ length: count }, (_, index) => mail(index));
      await threads.extractMany(jobs, limits, undefined, onBehalfOf);
      ended.push(name);
    };
    const flood = ['flood 1', 'flood 2', 'flood 3'].map((name) => read(name, 32, 'flood'));
    await Promise.all([...flood, read('small', 1, 'small')]);
    // The first is in its thread and next in line when the small one comes.
    assert.deepEqual(ended, ['flood 1', 'small', 'flood 2', 'flood 3']);
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

  it('ends threads at any moment of their start without an end of the process', async () => {
    const program = fileURLToPath(new URL('../support/threads-ended-early.js', import.meta.url));
    assert.deepEqual(await runCommand(process.execPath, [program]), { exitCode: 0, output: 'all ended' });
  });

  it('fails clearly where its threads cannot start', async (test) => {
    const threads = pool(test, { threadFile: new URL('./no-such-thread.js', import.meta.url) });
    await assert.rejects(threads.extract(mail(0), limits), { code: 'LW_INTERNAL' });
  });
});
