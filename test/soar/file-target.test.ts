import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alertDocument } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { fails, targetContract } from './contract.js';

const never = new AbortController().signal;

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-cases-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function caseFiles(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

targetContract('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-cases-'));
  return {
    sink: makeTarget({ kind: 'file', path: './cases' }, {}, folder),
    caseCount: async () => (await caseFiles(join(folder, 'cases'))).length,
    close: () => rm(folder, { recursive: true }),
  };
});

test('a case holds the alert, the evidence and the findings, under the alert id', async () => {
  await withFolder(async (folder) => {
    const sink = makeTarget({ kind: 'file', path: 'made/when/needed' }, {}, folder);
    const document = alertDocument(1);
    const path = join(folder, 'made/when/needed', `${document.alertId}.json`);
    assert.deepEqual(await sink.send([document], never), [{ status: 'delivered', reference: path }]);
    const text = await readFile(path, 'utf8');
    const { alert, evidence, findings } = document;
    assert.deepEqual(JSON.parse(text), { alert, evidence, findings });
    assert.match(text, /^\{\n {2}"alert": \{\n/);
    assert.deepEqual(await caseFiles(join(folder, 'made/when/needed')), [`${document.alertId}.json`]);
  });
});

test('a case that is there is never written again, not even by many at once', async () => {
  await withFolder(async (folder) => {
    const sink = makeTarget({ kind: 'file', path: folder });
    const path = join(folder, `${alertDocument(1).alertId}.json`);
    await Promise.all(Array.from({ length: 20 }, () => sink.send([alertDocument(1)], never)));
    const { ino } = await stat(path);
    await writeFile(path, 'an analyst wrote here');
    await sink.send([alertDocument(1, { name: 'another' })], never);
    assert.equal(await readFile(path, 'utf8'), 'an analyst wrote here');
    assert.equal((await stat(path)).ino, ino);
    assert.deepEqual(await caseFiles(folder), [`${alertDocument(1).alertId}.json`]);
  });
});

test('what an earlier attempt left half-written is in nobody’s way', async () => {
  await withFolder(async (folder) => {
    const sink = makeTarget({ kind: 'file', path: folder });
    const { alertId } = alertDocument(1);
    await writeFile(join(folder, `.${alertId}.0123456789ab.tmp`), '{"alert": {');
    await sink.send([alertDocument(1)], never);
    assert.equal(JSON.parse(await readFile(join(folder, `${alertId}.json`), 'utf8')).alert.display_id, alertId);
  });
});

test('a path that is a file is told as something to mend', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'cases'), '');
    const sink = makeTarget({ kind: 'file', path: join(folder, 'cases', 'deeper') });
    const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES');
    assert.match(error.message, /cases/);
    assert.equal(error.where, 'targets.cases');
    await fails(sink.check(), 'LW_TARGET_REFUSES');
  });
});

test('check makes no folder and leaves no file', async () => {
  await withFolder(async (folder) => {
    const missing = await makeTarget({ kind: 'file', path: join(folder, 'a/b') }).check();
    assert.match(missing[0] ?? '', /will be made/);
    assert.deepEqual(await caseFiles(folder), []);
    await mkdir(join(folder, 'there'));
    const there = await makeTarget({ kind: 'file', path: join(folder, 'there') }).check();
    assert.match(there[0] ?? '', /can be written/);
    assert.deepEqual(await caseFiles(join(folder, 'there')), []);
  });
});
