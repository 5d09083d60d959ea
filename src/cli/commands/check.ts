import type { Command } from 'commander';
import { addCommand, type CommonOptions } from '../add-command.js';
import { loadConfig } from '../load-config.js';
import { print, printJson } from '../output.js';
import { printable } from '../printable.js';
import { exitStatusOf, failureOf } from '../report-error.js';

export function addCheck(program: Command): void {
  addCommand(program, {
    usage: 'check',
    summary: 'Log in everywhere, verify folders, targets, MISP, store and Temporal. Sends nothing, marks nothing.',
    example: 'lurewatch check --config /etc/lurewatch.yaml',
  }).action(check);
}

async function check(options: CommonOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { checksOf } = await import('../checks.js');
  const done = [];
  let status = 0;
  // All are under way at once, and reported in the order of the configuration.
  for (const { name, result } of checksOf(loaded)) {
    const { findings, error } = await result;
    if (error !== undefined) status = Math.max(status, exitStatusOf(error));
    const failure = error === undefined ? undefined : failureOf(error);
    done.push({ name, ok: failure === undefined, findings, ...(failure === undefined ? {} : { error: failure }) });
    if (options.json) continue;
    const lines = failure === undefined ? findings : [failure.message];
    print(
      `${failure === undefined ? 'ok    ' : 'FAILED'}  ${name}: ${printable(lines.join('\n')).replaceAll('\n', '\n        ')}`,
    );
  }
  if (options.json) printJson({ ok: status === 0, checks: done });
  if (status !== 0) process.exitCode = status;
}
