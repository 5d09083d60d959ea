/**
 * A program: ends threads of the pool while the modules that they run are linked, which takes long with so many names. Says
 * `all ended` where it lives to see that.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';

const names = Array.from({ length: 50_000 }, (_, number) => `name${number}`);
const rounds = 16;
const roundStepMs = 25;
const together = 4;
const stepMs = 7;

const folder = await mkdtemp(join(tmpdir(), 'lurewatch-threads-'));
const threadFile = join(folder, 'thread.mjs');
await writeFile(join(folder, 'names.mjs'), names.map((name) => `export const ${name} = 0;`).join('\n'));
await writeFile(
  threadFile,
  `import { ${names.join(', ')} } from './names.mjs';\nexport const extractGroup = () => [];\n`,
);
try {
  for (let round = 1; round <= rounds; round += 1) {
    const start = async (_: unknown, index: number) => {
      const pool = createExtractionPool({ threads: 1, threadFile: pathToFileURL(threadFile) });
      await sleep(round * roundStepMs + index * stepMs);
      await pool.close();
    };
    await Promise.all(Array.from({ length: together }, start));
  }
} finally {
  await rm(folder, { recursive: true });
}
console.log('all ended');
