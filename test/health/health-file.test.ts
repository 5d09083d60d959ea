import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keepHealthFile } from '../../src/health/health-file.js';
import { checkHealthFile, healthyForMs } from '../../src/health/read-health-file.js';
import { inFolder } from '../support/folder.js';
import { eventually } from '../support/temporal.js';

const script = fileURLToPath(new URL('../../src/health/check-health-file.js', import.meta.url));

type Answer = 'new' | 'same' | 'none' | 'error';

/** Answers what the test says next, and counts the questions. */
function scriptedPolls() {
  let poll = 0;
  const polls = {
    asked: 0,
    answer: 'new' as Answer,
    async lastPoll(): Promise<string | undefined> {
      polls.asked += 1;
      if (polls.answer === 'error') throw new Error('no answer');
      if (polls.answer === 'new') poll += 1;
      return polls.answer === 'none' ? undefined : String(poll);
    },
    /** The file's text after an answer of this kind was surely worked off. */
    async textWith(path: string, answer: Answer): Promise<string> {
      polls.answer = answer;
      const before = polls.asked;
      await eventually(async () => (polls.asked > before + 2 ? true : undefined), 'asked again');
      return readFile(path, 'utf8');
    },
  };
  return polls;
}

test('only a new poll makes the file younger: not an old one, none, or no answer', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'health');
    const polls = scriptedPolls();
    const health = keepHealthFile({ path, lastPoll: polls.lastPoll, everyMs: 5 });
    try {
      for (const answer of ['same', 'none', 'error'] as const) {
        await polls.textWith(path, 'new');
        const before = await polls.textWith(path, answer);
        assert.equal(await polls.textWith(path, answer), before, answer);
        assert.equal(await checkHealthFile(path), undefined);
      }
      const last = await readFile(path, 'utf8');
      polls.answer = 'new';
      await eventually(async () => ((await readFile(path, 'utf8')) > last ? true : undefined), 'a younger file');
    } finally {
      await health.stop();
    }
    await assert.rejects(access(path), 'the file of a worker that ended is removed');
  });
});

test('the check ends with 0 while the file is young, else with 1 and the reason', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'health');
    const check = () => {
      const { status, stderr } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
      return { status, reason: stderr.trim() };
    };
    assert.deepEqual(check(), { status: 1, reason: `${path} cannot be read: the worker does not poll (yet)` });
    await writeFile(path, `${new Date().toISOString()}\n`);
    assert.deepEqual(check(), { status: 0, reason: '' });
    await writeFile(path, '2026-01-02T03:04:05.000Z\n');
    assert.deepEqual(check(), { status: 1, reason: 'the worker last polled at 2026-01-02T03:04:05.000Z' });
    await writeFile(path, 'soon\n');
    assert.deepEqual(check(), { status: 1, reason: `${path} holds no time` });
    assert.equal(spawnSync(process.execPath, [script]).status, 1);
  });
});

test('an idle worker stays healthy between two polls, a minute apart', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'health');
    const then = Date.parse('2026-01-02T03:04:05Z');
    await writeFile(path, '2026-01-02T03:04:05.000Z\n');
    assert.equal(await checkHealthFile(path, then + 75_000), undefined);
    assert.equal(await checkHealthFile(path, then + healthyForMs), undefined);
    assert.notEqual(await checkHealthFile(path, then + healthyForMs + 1), undefined);
  });
});
