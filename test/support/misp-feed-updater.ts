import { updateIndexes } from '../../src/misp/feed/indexes.js';
import { readChanges } from '../../src/misp/feed/journal.js';

/**
 * A process that brings the indexes of a feed up to date: `update <folder>`; or, with `die <folder>`, is killed by a
 * signal when hashes.csv is replaced and manifest.json, written beside, is not.
 */
const [command = '', folder = ''] = process.argv.slice(2);

let replaced = 0;
const assertHeld = async (): Promise<void> => {
  if (command === 'die' && replaced === 1) process.kill(process.pid, 'SIGKILL');
  replaced += 1;
};

await updateIndexes(folder, readChanges(folder), { assertHeld });
