import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findTests } from './run-tests.js';
import { eventually } from './temporal.js';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'lurewatch-runner-'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

/** A compiled test file, with its source unless that was deleted since. */
async function testFile(name: string, code: string, { source = true } = {}): Promise<void> {
  const compiled = join(project, 'dist', 'test', `${name}.test.js`);
  await mkdir(dirname(compiled), { recursive: true });
  await mkdir(dirname(join(project, 'test', name)), { recursive: true });
  await writeFile(join(project, 'dist', 'package.json'), '{"type":"module"}');
  await writeFile(compiled, `import { test } from 'node:test';\n${code}\n`);
  if (source) await writeFile(join(project, 'test', `${name}.test.ts`), '');
}

/** Runs the project's tests in a process of its own: Node's runner does not run inside itself. */
async function startRunner(files: readonly string[]) {
  const module = new URL('./run-tests.js', import.meta.url).href;
  const code = `
    const { runTests } = await import(${JSON.stringify(module)});
    const abort = new AbortController();
    process.once('SIGTERM', () => abort.abort());
    const counts = await runTests(${JSON.stringify(files)}, process.stderr, abort.signal);
    console.log(JSON.stringify(counts));`;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // Not with -e: the runner hands its own node options on to the tests.
  const script = join(project, 'runner.mjs');
  await writeFile(script, code);
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<string>((done) => child.once('close', () => done(output)));
  return { child, ended };
}

describe('the test runner', () => {
  it('leaves out compiled tests whose source is gone, and those that a filter does not name', async () => {
    await testFile('mail/imap', '');
    await testFile('mail/gone', '', { source: false });
    await testFile('misp/values', '');
    const at = (name: string) => join(project, 'dist', 'test', `${name}.test.js`);
    assert.deepEqual(await findTests(project, []), [at('mail/imap'), at('misp/values')]);
    assert.deepEqual(await findTests(project, ['imap']), [at('mail/imap')]);
  });

  it('counts what passed and failed, a file that crashes included', async () => {
    await testFile('a', "test('one', () => {}); test('two', () => {}); test('three', { skip: true }, () => {});");
    await testFile('b', "test('four', () => { throw new Error('no'); });");
    await testFile('c', "throw new Error('crashed');");
    const { ended } = await startRunner(await findTests(project, []));
    assert.deepEqual(JSON.parse(await ended), { passed: 2, failed: 2, skipped: 1 });
  });

  it('ends the tests with itself', async () => {
    const pidFile = join(project, 'pid');
    await testFile(
      'hangs',
      `import { writeFileSync } from 'node:fs';
      test('for ever', () => new Promise(() => setInterval(() => {}, 1000)));
      writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`,
    );
    const { child, ended } = await startRunner(await findTests(project, []));
    try {
      const pid = await eventually(
        async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) || undefined,
        'it runs',
      );
      child.kill('SIGTERM');
      const counts: unknown = JSON.parse(await ended);
      assert.ok(typeof counts === 'object' && counts !== null && 'failed' in counts && counts.failed !== 0);
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
