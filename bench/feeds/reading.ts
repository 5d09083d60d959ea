import { z } from 'zod';
import { Child } from '../child.js';
import type { FileKind } from './feed-files.js';

const printedSchema = z.object({
  rows: z.number(),
  events: z.number().optional(),
  seconds: z.number(),
  /** Undefined where there is no /proc. */
  peakMemoryMb: z.number().optional(),
});

export interface Reading extends Readonly<z.output<typeof printedSchema>> {
  readonly rowsPerSecond: number;
}

/**
 * `readFile` in a process of its own, whose peak of memory is that of this reading.
 * @throws where not every row of the file was read and, mapped, became an event
 */
export async function readInProcess(
  mode: 'rows' | 'events',
  path: string,
  kind: FileKind,
  expectedRows: number,
): Promise<Reading> {
  const child = await Child.start('./feeds/reading-process.js', { arguments: [mode, path, JSON.stringify(kind.feed)] });
  await child.stop();
  const printed = printedSchema.parse(JSON.parse(child.greeting));
  const { rows, events = rows, seconds } = printed;
  if (rows !== expectedRows || events !== expectedRows) {
    throw new Error(`${kind.name}: of ${expectedRows} rows ${rows} were read and ${events} became events`);
  }
  return { ...printed, rowsPerSecond: rows / seconds };
}
