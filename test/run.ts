import { fileURLToPath } from 'node:url';
import { meetRequirements } from './support/requirements.js';
import { findTests, runTests } from './support/run-tests.js';

/** `npm test [-- <part of a path>…]`: gets what the tests need, runs them, and ends with `N passed, N failed`. */
const project = fileURLToPath(new URL('../..', import.meta.url));
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    abort.abort(); // Ends the test processes, and they what they started.
    process.exitCode = 1;
  });
}

async function main(): Promise<void> {
  const filters = process.argv.slice(2);
  const files = await findTests(project, filters);
  if (files.length === 0) throw new Error(`No test file has ${filters.join(' or ')} in its path.`);
  Object.assign(process.env, await meetRequirements((line) => console.log(line)));
  const { passed, failed, skipped } = await runTests(files, process.stdout, abort.signal);
  if (failed > 0 || passed === 0) process.exitCode = 1;
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${passed} passed, ${failed} failed`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
