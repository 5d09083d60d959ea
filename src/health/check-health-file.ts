import { checkHealthFile } from './read-health-file.js';

/** `node check-health-file.js <path>`: exit status 0 while the worker that keeps the file polls, 1 when it does not. */
const [, , path] = process.argv;
const wrong = path === undefined ? 'usage: check-health-file <path>' : await checkHealthFile(path);
if (wrong !== undefined) {
  process.stderr.write(`${wrong}\n`);
  process.exitCode = 1;
}
