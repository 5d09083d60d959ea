import { type ChildProcess, spawn } from 'node:child_process';
import { endWithParent } from './end-with-parent.js';
import { endGroup } from './run-command.js';

const patienceMs = 10_000;

/** A server of ours: it never outlives this process, and a Ctrl-C in the terminal does not reach it before we do. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';
  #running = true;

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    const { pid } = this.#child;
    const release = pid === undefined ? () => {} : endWithParent(pid);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-8192);
      });
    }
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.#running = false;
        release();
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', end);
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** 0 where it never started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it printed last. */
  get output(): string {
    return this.#output;
  }

  /** Ends it at once, as a crash would, and waits until it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (!this.#running || pid === undefined) return;
    endGroup(pid, 'SIGKILL');
    await this.#ended;
  }

  /** Ends it in order, after ten seconds by force, and waits until it is gone. */
  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (!this.#running || pid === undefined) return;
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => endGroup(pid, 'SIGKILL'), patienceMs);
    await this.#ended;
    clearTimeout(force);
  }
}
