import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type CliOptions, cleanEnvironment, command } from './cli.js';

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `lurewatch` on a terminal of its own (by `script` of util-linux), 100 columns wide and 40 lines high. */
export class Terminal {
  readonly ended: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  /** All that it printed, control sequences included, and `status: N` once it has ended. */
  screen = '';

  constructor(args: readonly string[], { environment = {}, folder }: CliOptions) {
    const line = [process.execPath, command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    // No shell stays between: whether one that was told of Ctrl-C, too, goes on with its next command differs by shell.
    const child = spawn('script', ['-qec', `stty cols 100 rows 40; exec ${line}`, '/dev/null'], {
      cwd: folder,
      env: { ...cleanEnvironment(), TERM: 'xterm', ...environment },
    });
    this.#child = child;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text;
    });
    child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.once('close', (status) => {
        running.delete(child);
        this.screen += `status: ${status}`;
        resolve();
      });
    });
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves once it has printed something like that since `from`; rejects when it ends without. */
  async shown(words: RegExp | string, from = 0): Promise<void> {
    const has = () => {
      const since = this.screen.slice(from);
      return typeof words === 'string' ? since.includes(words) : words.test(since);
    };
    if (has()) return;
    await new Promise<void>((resolve, reject) => {
      const told = () => `has not shown ${JSON.stringify(String(words))}:\n${this.screen.slice(from)}`;
      const overdue = setTimeout(() => reject(new Error(told())), 60_000);
      overdue.unref();
      this.#child.stdout.on('data', () => {
        if (has()) resolve();
      });
      void this.ended.then(() => (has() ? resolve() : reject(new Error(told()))));
    });
  }
}
