import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Child } from '../child.js';

const printedSchema = z.object({
  events: z.number(),
  /** All of them, new. */
  seconds: z.number(),
  /** Every hundredth again, changed. */
  changedSeconds: z.number(),
  /** One more, as a mail is. */
  oneSeconds: z.number(),
  /** The longest time for which the event loop had no turn. */
  heldUpMs: z.number(),
  /** Undefined where there is no /proc. */
  peakMemoryMb: z.number().optional(),
});

export interface Indexing extends Readonly<z.output<typeof printedSchema>> {
  readonly rowsPerSecond: number;
}

/** Writes a MISP feed in a fresh folder, in a process of its own, whose peak of memory is that of this feed. */
export async function indexInProcess(events: number, within = tmpdir()): Promise<Indexing> {
  const folder = await mkdtemp(join(within, 'lurewatch-feed-'));
  try {
    const child = await Child.start('./feeds/indexing-process.js', { arguments: [folder, String(events)] });
    await child.stop();
    const printed = printedSchema.parse(JSON.parse(child.greeting));
    return { ...printed, rowsPerSecond: printed.events / printed.seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
