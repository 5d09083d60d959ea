import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type CliOptions, type CliResult, type RunningCli, runCli, startCli } from './cli.js';
import { startTestServer, type TestServer } from './temporal.js';
import { Terminal } from './terminal.js';

/** What a user of the command line has: a folder with lurewatch.yaml and a Maildir, and a Temporal server. */
export class Workplace {
  readonly folder: string;
  readonly temporal: TestServer;
  readonly #started: (RunningCli | Terminal)[] = [];
  #environment: Readonly<Record<string, string>> = {};
  #mails = 0;

  private constructor(folder: string, temporal: TestServer) {
    this.folder = folder;
    this.temporal = temporal;
  }

  static async open(): Promise<Workplace> {
    const temporal = await startTestServer();
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-cli-'));
    for (const name of ['new', 'cur', 'tmp']) await mkdir(join(folder, 'mail', name), { recursive: true });
    return new Workplace(folder, temporal);
  }

  /** Writes lurewatch.yaml; `secrets` are in the environment of each command from now on. */
  async configure(
    config: Readonly<Record<string, unknown>>,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.#environment = secrets;
    const mailbox = { kind: 'directory', path: './mail', targets: Object.keys(config.targets ?? {}), every: '10s' };
    await writeFile(join(this.folder, 'lurewatch.yaml'), stringify({ mailboxes: { soc: mailbox }, ...config }));
  }

  async deliver(...subjects: readonly string[]): Promise<void> {
    for (const subject of subjects) {
      const raw = `From: x@example.net\nSubject: ${subject}\nMessage-ID: <${subject}@example.net>\n\nhttps://${subject}.example/\n`;
      this.#mails += 1;
      await writeFile(join(this.folder, 'mail', 'new', `${1_000_000_000 + this.#mails}.mail`), raw);
    }
  }

  async unread(): Promise<number> {
    return (await readdir(join(this.folder, 'mail', 'new'))).length;
  }

  start(...args: readonly string[]): RunningCli {
    const running = startCli(args, this.#options());
    this.#started.push(running);
    return running;
  }

  /** A command with somebody in front of it. */
  terminal(...args: readonly string[]): Terminal {
    const terminal = new Terminal(args, this.#options());
    this.#started.push(terminal);
    return terminal;
  }

  /** Ready to work when this resolves. */
  async worker(): Promise<RunningCli> {
    const worker = this.start('worker', '--json');
    await worker.said('{"ready":true');
    return worker;
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    return runCli(args, this.#options());
  }

  async close(): Promise<void> {
    for (const running of this.#started) running.signal('SIGKILL');
    for (const running of this.#started) await running.ended;
    await this.temporal.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #options(): CliOptions {
    const environment = { ...this.#environment, TEMPORAL_ADDRESS: this.temporal.address };
    return { folder: this.folder, environment };
  }
}
