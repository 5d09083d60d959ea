import { endWithParent } from '../child.js';
import { usageOf } from '../process-usage.js';
import { readFile } from './read-file.js';
import type { Reading } from './reading.js';

/** Arguments as of `readFile`, the feed as JSON. Prints what it did as JSON. */
endWithParent();
process.once('SIGTERM', () => process.exit(0));

const [mode, path = '', config = ''] = process.argv.slice(2);
const startedAt = performance.now();
const counts = await readFile(mode === 'rows' ? 'rows' : 'events', path, JSON.parse(config));
const seconds = (performance.now() - startedAt) / 1000;
const { peakMemoryMb } = await usageOf(process.pid);
const reading: Omit<Reading, 'rowsPerSecond'> = { ...counts, seconds, peakMemoryMb };
console.log(JSON.stringify(reading));
