import { join } from 'node:path';
import { z } from 'zod';
import { pythonWithPyMisp } from '../../test/support/pymisp.js';
import { runScript } from '../python.js';
import { presetFile, writeFeedFile } from './feed-files.js';
import { leakPosts } from './leak-posts.js';
import { MispStandIn } from './misp-stand-in.js';

const printedSchema = z.object({ rows: z.number(), seconds: z.number(), pymisp: z.string() });

export interface MispLoopRound extends Readonly<z.output<typeof printedSchema>> {
  readonly rowsPerSecond: number;
}

export interface MispLoopOptions {
  /** Of the machine, gone at the end of the run. */
  readonly folder: string;
  readonly rows: number;
  readonly latencyMs: number;
}

/** The loop over the rows of a feed, by its own clock: from before it connects to MISP, not Python's start. */
export async function mispLoopRound({ folder, rows, latencyMs }: MispLoopOptions): Promise<MispLoopRound> {
  const path = join(folder, 'loop.tsv');
  await writeFeedFile(path, presetFile(), leakPosts(rows));
  const python = await pythonWithPyMisp();
  const misp = await MispStandIn.start(latencyMs);
  try {
    const output = await runScript(python, 'misp_loop.py', [path, misp.url], { BENCH_MISP_KEY: misp.key });
    const printed = printedSchema.parse(JSON.parse(output));
    const { events } = await misp.requests();
    if (printed.rows !== rows || events !== rows) throw new Error(`of ${rows} rows the loop made ${events} events`);
    return { ...printed, rowsPerSecond: rows / printed.seconds };
  } finally {
    await misp.close();
  }
}
