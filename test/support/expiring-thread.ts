import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { ExpiringFiles } from '../../src/retention/expiring-files.js';

/** Removes what is old among files, again and again, until it is ended in the middle of it: another process at the same store. */
const { aside, files, beforeMs } = z
  .object({ aside: z.string(), files: z.array(z.object({ path: z.string(), name: z.string() })), beforeMs: z.number() })
  .parse(workerData);
const expiring = new ExpiringFiles(aside);
for (;;) for (const { path, name } of files) expiring.remove(path, name, beforeMs);
