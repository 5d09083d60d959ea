import { runCommand } from '../../src/dev/run-command.js';

/** Of all files below a folder; NaN where there is no `du` that counts bytes. */
export async function bytesBelow(folder: string): Promise<number> {
  const { output } = await runCommand('du', ['-sb', folder]);
  return Number(/(\d+)\s+\S+$/.exec(output.trim())?.[1] ?? Number.NaN);
}
