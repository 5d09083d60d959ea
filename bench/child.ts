import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  readonly nodeArguments?: readonly string[];
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program of the benchmark in a process of its own. It ends with this one: see `endWithParent` in its own code. */
export class Child {
  readonly pid: number;
  /** The first line it printed: it is ready. */
  readonly greeting: string;
  readonly #process: ChildProcess;
  /** However it ended. */
  readonly ended: Promise<void>;
  readonly #complaints: () => string;

  private constructor(child: ChildProcess, greeting: string, ended: Promise<void>, complaints: () => string) {
    this.#process = child;
    this.pid = child.pid ?? 0;
    this.greeting = greeting;
    this.ended = ended;
    this.#complaints = complaints;
  }

  /** @param file the module beside this one, as `./receiver-process.js` */
  static async start(file: string, options: ChildOptions = {}): Promise<Child> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', ...(options.nodeArguments ?? []), path, ...(options.arguments ?? [])],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.environment } },
    );
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-4096);
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const greeting = await Promise.race([
      new Promise<string>((resolve) =>
        child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())),
      ),
      ended.then(() => Promise.reject(new Error(`${file} ended before it was ready:\n${complaints}`))),
    ]);
    child.stdout.resume();
    return new Child(child, greeting, ended, () => complaints);
  }

  /** What it printed last as errors. */
  get complaints(): string {
    return this.#complaints();
  }

  /** Waits for what the child works on; rejects where the child ends before it. */
  async whileRunning<T>(work: Promise<T>): Promise<T> {
    const gone = this.ended.then(() => Promise.reject(new Error(`a process ended early:\n${this.#complaints()}`)));
    return Promise.race([work, gone]);
  }

  /** SIGTERM, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.ended;
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}

/** Called by the child: its standard input is held by the parent alone, so its end is the parent's. */
export function endWithParent(): void {
  process.stdin.on('end', () => process.exit(3)).resume();
}
