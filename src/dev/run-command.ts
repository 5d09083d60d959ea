import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endWithParent } from './end-with-parent.js';

export interface CommandResult {
  /** undefined: ended by a signal, or never started. */
  readonly exitCode: number | undefined;
  /** The last lines of both outputs. */
  readonly output: string;
}

export interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** Ends the command and all it started. */
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Runs a command to its end, in a process group that does not outlive us. Never throws: see `exitCode`. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: options.environment ?? process.env,
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 20) tail.shift();
      options.onLine?.(line);
    });
  }
  const { pid } = child;
  const release = pid === undefined ? () => {} : endWithParent(pid);
  const abort = () => pid !== undefined && endGroup(pid, 'SIGKILL');
  options.signal?.addEventListener('abort', abort);
  if (options.signal?.aborted === true) abort();
  try {
    return await new Promise((done) => {
      child.once('error', (error) => done({ exitCode: undefined, output: error.message }));
      child.once('close', (code) => done({ exitCode: code ?? undefined, output: tail.join('\n') }));
    });
  } finally {
    options.signal?.removeEventListener('abort', abort);
    release();
  }
}

/** Signals a whole process group; that it is gone already is no error. */
export function endGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch {}
}
