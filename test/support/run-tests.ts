import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { lateOptimization } from './late-optimization.js';

export interface TestCounts {
  passed: number;
  /** Also counts those that were cancelled. */
  failed: number;
  skipped: number;
}

/** Integration tests with faults take long; a file that hangs must still end. */
const fileTimeoutMs = 15 * 60_000;

/**
 * The compiled test files whose source is still there: `dist` keeps what was renamed or deleted since.
 *
 * @param filters parts of the path; a file that has any of them is taken, with none given all are
 */
export async function findTests(project: string, filters: readonly string[]): Promise<readonly string[]> {
  const names = await readdir(join(project, 'test'), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.test.ts')).sort();
  const chosen = sources.filter((name) => filters.length === 0 || filters.some((part) => name.includes(part)));
  const files = chosen.map((name) => join(project, 'dist', 'test', name.replace(/\.ts$/, '.js')));
  await Promise.all(files.map((file) => access(file)));
  return files;
}

/** Runs test files with Node's own runner, two at a time, and shows its report. */
export async function runTests(files: readonly string[], output: Writable, signal: AbortSignal): Promise<TestCounts> {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  // The runner hands our own arguments of Node on to the processes of the files; it has no option for theirs.
  if (!process.execArgv.includes(lateOptimization)) process.execArgv.push(lateOptimization);
  const stream = run({ files: [...files], concurrency: 2, timeout: fileTimeoutMs, signal });
  // The runner says its counts only in these lines of its report, at the very end.
  stream.on('test:diagnostic', ({ message, nesting }) => {
    const [, name, count] = /^(pass|fail|cancelled|skipped) (\d+)$/.exec(message) ?? [];
    if (nesting !== 0 || name === undefined) return;
    if (name === 'pass') counts.passed += Number(count);
    else if (name === 'skipped') counts.skipped += Number(count);
    else counts.failed += Number(count);
  });
  const report = stream.compose(new spec());
  report.pipe(output, { end: false });
  await new Promise((done, fail) => {
    report.once('end', done);
    report.once('error', fail);
  });
  return counts;
}
