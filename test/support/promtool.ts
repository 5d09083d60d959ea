import { findOnPath } from '../../src/dev/find-on-path.js';
import { runCommand } from '../../src/dev/run-command.js';

/** Runs Prometheus' own checker. Answers with what it said; it is not content: an error with the same. */
export async function promtool(...args: readonly string[]): Promise<string> {
  const path = await findOnPath('promtool', process.env.PATH);
  if (path === undefined) throw new Error('promtool is missing: Debian has it in the package prometheus');
  const { exitCode, output } = await runCommand(path, [...args]);
  if (exitCode !== 0) throw new Error(`promtool ${args.join(' ')}: ${output}`);
  return output;
}
