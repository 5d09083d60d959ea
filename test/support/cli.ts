import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lateOptimization } from './late-optimization.js';

export interface CliOptions {
  /** Beside the usual environment, from which our own and Temporal's variables are taken out. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** For standard input. */
  readonly input?: string | Buffer;
}

export interface CliResult {
  /** A number, or the signal that ended it. */
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const project = fileURLToPath(new URL('../../..', import.meta.url));
export const command = fileURLToPath(new URL('../../../bin/lurewatch.js', import.meta.url));
const demo = fileURLToPath(new URL('../../src/demo/main.js', import.meta.url));
const running = new Set<ChildProcessWithoutNullStreams>();
/** No command of a test takes as long: one that hangs is ended, so that its test can say what it printed. */
const longestMs = 240_000;
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `lurewatch` as a user's shell starts it, while it runs. */
export class RunningCli {
  readonly ended: Promise<CliResult>;
  readonly pid: number;
  readonly #child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';

  constructor(script: string, args: readonly string[], { environment = {}, folder, input = '' }: CliOptions) {
    const child = spawn(process.execPath, [lateOptimization, script, ...args], {
      cwd: folder ?? project,
      env: { ...cleanEnvironment(), ...environment },
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const hung = setTimeout(() => {
      this.stderr += `\n(hung: ended by the test after ${longestMs / 1000} s)\n`;
      child.kill('SIGKILL');
    }, longestMs).unref();
    this.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        clearTimeout(hung);
        running.delete(child);
        resolve({ status: status ?? signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves once it has printed that, on either output; rejects when it ends without. */
  async said(text: string): Promise<void> {
    const has = () => `${this.stdout}${this.stderr}`.includes(text);
    if (has()) return;
    await new Promise<void>((resolve, reject) => {
      const overdue = setTimeout(() => reject(new Error(`has not said "${text}" within a minute`)), 60_000);
      overdue.unref();
      const look = () => {
        if (has()) resolve();
      };
      this.#child.stdout.on('data', look);
      this.#child.stderr.on('data', look);
      void this.ended.then(({ status, stdout, stderr }) => {
        reject(new Error(`ended with ${status} without saying "${text}":\n${stdout}${stderr}`));
      });
    });
  }
}

export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  return new RunningCli(command, args, options);
}

export function startDemo(args: readonly string[], options: CliOptions = {}): RunningCli {
  return new RunningCli(demo, args, options);
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** Without our own variables and Temporal's. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['LUREWATCH_TEMPORAL_CLI', 'LUREWATCH_CACHE'];
  const entries = Object.entries(process.env).filter(
    ([name]) => kept.includes(name) || !/^(LUREWATCH|TEMPORAL|NODE_TEST)_/.test(name),
  );
  return Object.fromEntries(entries);
}
