import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePath } from '../../src/workflows/bundle-path.js';

/** As src/workflows/activities.ts has it, and what stands for it here: activities report every five seconds at most. */
const usual = "const heartbeatTimeout = '15s';";
const quick = "const heartbeatTimeout = '8s';";

/**
 * Our workflow code but that a worker's death is noticed in half the time, as a file for `Lab.release` that `remove`
 * removes. Not by an interceptor: to bundle anew takes as long as is won.
 */
export async function withQuickHeartbeats(): Promise<{ readonly codePath: string; remove(): Promise<void> }> {
  const [before = '', after, ...others] = (await readFile(bundlePath, 'utf8')).split(usual);
  assert.ok(after !== undefined && others.length === 0, `"${usual}" stands once in the workflow code`);
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-quick-'));
  const codePath = join(folder, 'bundle.cjs');
  await writeFile(codePath, `${before}${quick}${after}`);
  return { codePath, remove: () => rm(folder, { recursive: true, force: true }) };
}
