import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { failsWith, filesOf, type SourceBench, withSources } from '../../support/feed-sources.js';

/** Longer than a copy takes to be noticed under way. */
const largeBytes = 48 * 1024 * 1024;

test('a file is copied with its size and hash, under the name that the configuration gives it', () =>
  withSources(async ({ base, source, fetch }) => {
    await writeFile(join(base, 'leaks.tsv'), 'actor\tvictim\n');
    const { files, problems, state } = filesOf(await fetch(source('./leaks.tsv')));
    const [file] = files;
    assert.ok(file !== undefined && files.length === 1);
    assert.deepEqual([file.name, file.sizeBytes], ['./leaks.tsv', 13]);
    assert.equal(file.sha256, createHash('sha256').update('actor\tvictim\n').digest('hex'));
    assert.equal(await readFile(file.path, 'utf8'), 'actor\tvictim\n');
    assert.notEqual(file.path, join(base, 'leaks.tsv'));
    assert.deepEqual([problems, state], [[], {}]);
    // Whatever was known: only the content tells whether a file changed.
    assert.equal((await fetch(source('./leaks.tsv'), state)).kind, 'files');
  }));

test('an empty file is a file', () =>
  withSources(async ({ base, source, fetch }) => {
    await writeFile(join(base, 'empty.csv'), '');
    assert.equal(filesOf(await fetch(source('empty.csv'))).files[0]?.sizeBytes, 0);
  }));

test('a glob gives its files by name, without hidden ones and folders', () =>
  withSources(async ({ base, source, fetch }) => {
    await mkdir(join(base, 'drop', 'old.tsv'), { recursive: true });
    for (const name of ['b.tsv', 'a.tsv', 'B.tsv', '.a.tsv.swp', '.hidden.tsv', 'c.csv']) {
      await writeFile(join(base, 'drop', name), name);
    }
    const relative = filesOf(await fetch(source('./drop/*.tsv')));
    assert.deepEqual(
      relative.files.map(({ name }) => name),
      ['drop/B.tsv', 'drop/a.tsv', 'drop/b.tsv'],
    );
    assert.deepEqual(
      relative.files.map(({ path }) => readFileSync(path, 'utf8')),
      ['B.tsv', 'a.tsv', 'b.tsv'],
    );
    const absolute = filesOf(await fetch(source({ path: join(base, 'drop/*.tsv') })));
    assert.equal(absolute.files[0]?.name, join(base, 'drop/B.tsv'));
  }));

test('a file of a glob that cannot be read is told, and the others go on', () =>
  withSources(async ({ base, source, fetch }) => {
    await mkdir(join(base, 'drop'));
    for (const name of ['a.tsv', 'c.tsv']) await writeFile(join(base, 'drop', name), name);
    symlinkSync('gone', join(base, 'drop', 'b.tsv'));
    const { files, problems } = filesOf(await fetch(source('drop/*.tsv')));
    assert.deepEqual(
      files.map(({ name }) => name),
      ['drop/a.tsv', 'drop/c.tsv'],
    );
    assert.deepEqual(
      problems.map(({ code, what }) => [code, what]),
      [['LW_FEED_UNREADABLE', 'drop/b.tsv does not exist']],
    );
    assert.deepEqual(await source('drop/*.tsv').check(), [
      'drop/*.tsv: 2 files, 10 bytes',
      'drop/b.tsv does not exist',
    ]);
  }));

test('a file of a glob that is too large is told, and the others go on', () =>
  withSources(async ({ base, source, fetch }) => {
    await writeFile(join(base, 'a.tsv'), 'x'.repeat(11));
    await writeFile(join(base, 'b.tsv'), 'x'.repeat(10));
    const { files, problems } = filesOf(await fetch(source({ path: '*.tsv', maxBytes: 10 })));
    assert.deepEqual(
      [files.map(({ name }) => name), problems.map(({ code }) => code)],
      [['b.tsv'], ['LW_FEED_TOO_LARGE']],
    );
  }));

test('a glob of which nothing can be read is an error', () =>
  withSources(async ({ base, source, fetch }) => {
    for (const name of ['a.tsv', 'b.tsv']) symlinkSync('gone', join(base, name));
    const error = await failsWith('LW_FEED_UNREADABLE', fetch(source('*.tsv')));
    assert.match(error.message, /^feeds\.leaks\.source: none of 2 files can be read; the first: a\.tsv does not exist/);
    const nothing = await failsWith('LW_FEED_UNREADABLE', fetch(source('nowhere/*.csv')));
    assert.match(nothing.message, /no file matches nowhere\/\*\.csv/);
  }));

test('a folder is an error that says to use a glob', () =>
  withSources(async ({ base, source, fetch }) => {
    await mkdir(join(base, 'drop'));
    for (const work of [() => fetch(source('./drop/')), () => source('./drop/').check()]) {
      const error = await failsWith('LW_FEED_UNREADABLE', work());
      assert.match(error.message, /\.\/drop\/ is a folder\. Name its files with a glob, like `\.\/drop\/\*`/);
    }
  }));

test('a file that is not there is an error that names it', () =>
  withSources(async ({ source, fetch }) => {
    for (const work of [() => fetch(source('leaks.tsv')), () => source('leaks.tsv').check()]) {
      assert.match((await failsWith('LW_FEED_UNREADABLE', work())).message, /leaks\.tsv does not exist/);
    }
  }));

test('a pipe that nobody writes to does not keep anybody waiting', () =>
  withSources(async ({ base, source, fetch }) => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    assert.match((await failsWith('LW_FEED_UNREADABLE', fetch(source('pipe')))).message, /no regular file/);
  }));

test('a file whose name looks like a glob is read all the same', () =>
  withSources(async ({ base, source, fetch }) => {
    for (const name of ['feed (1).csv', 'feed[2].csv']) {
      await writeFile(join(base, name), name);
      assert.deepEqual(
        filesOf(await fetch(source(name))).files.map((file) => file.name),
        [name],
      );
    }
  }));

test('a file above the limit is not read', () =>
  withSources(async ({ base, source, fetch }) => {
    await writeFile(join(base, 'leaks.tsv'), 'x'.repeat(11));
    await failsWith('LW_FEED_TOO_LARGE', fetch(source({ path: 'leaks.tsv', maxBytes: 10 })));
  }));

/** Does something to a large file while it is being copied, and gives what came of the copy. */
async function meanwhile({ base, source }: SourceBench, change: (path: string) => void): Promise<string> {
  const path = join(base, 'large.tsv');
  const into = join(base, 'copies');
  await mkdir(into);
  await writeFile(path, Buffer.alloc(largeBytes, 'a'));
  const fetching = source('large.tsv').fetch(into, undefined);
  const copy = join(into, 'file-0');
  while (!existsSync(copy) || statSync(copy).size === 0) await Promise.race([turn(), fetching]);
  assert.ok(statSync(copy).size < largeBytes, 'the copy was complete before anything could happen to the file');
  change(path);
  const [file] = filesOf(await fetching).files;
  const content = readFileSync(copy);
  assert.equal(file?.sizeBytes, content.length);
  assert.equal(file?.sha256, createHash('sha256').update(content).digest('hex'));
  return `${String.fromCharCode(...new Set(content))} × ${content.length}`;
}

test('a file that is replaced while it is read is read as it was', () =>
  withSources(async (bench) => {
    const copied = await meanwhile(bench, (path) => {
      writeFileSync(`${path}.new`, 'b');
      renameSync(`${path}.new`, path);
    });
    assert.equal(copied, `a × ${largeBytes}`);
  }));

test('a file that is written anew in place while it is read is read again, never as a mixture', () =>
  withSources(async (bench) => {
    const copied = await meanwhile(bench, (path) => writeFileSync(path, Buffer.alloc(largeBytes, 'b')));
    assert.equal(copied, `b × ${largeBytes}`);
  }));

test('a file that never stops changing is tried again later', () =>
  withSources(async ({ base, source, fetch }) => {
    const path = join(base, 'growing.tsv');
    await writeFile(path, Buffer.alloc(1024 * 1024));
    let ended = false;
    const growing = (async () => {
      for (; !ended; await turn()) writeFileSync(path, 'x', { flag: 'a' });
    })();
    const error = await failsWith('LW_FEED_UNREACHABLE', fetch(source('growing.tsv'))).finally(async () => {
      ended = true;
      await growing;
    });
    assert.match(error.message, /being written to.*rename it when it is complete/);
    assert.ok(error.retryable);
  }));

test('a fetch that is given up ends with the reason of its signal', () =>
  withSources(async ({ base, source }) => {
    await writeFile(join(base, 'a.tsv'), Buffer.alloc(largeBytes));
    const into = join(base, 'copies');
    await mkdir(into);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const fetching = source('a.tsv').fetch(into, undefined, controller.signal);
    while (readdirSync(into).length === 0) await Promise.race([turn(), fetching]);
    controller.abort(reason);
    await assert.rejects(fetching, reason);
  }));
