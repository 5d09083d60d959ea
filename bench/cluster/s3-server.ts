import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/dev/free-port.js';
import { ServerProcess } from '../../src/dev/server-process.js';
import { listens } from '../../test/support/listens.js';
import { findVersitygw } from '../../test/support/versitygw.js';
import { bytesBelow } from './bytes-below.js';

export const s3AccessKeyId = 'lurewatch-bench';
export const s3SecretAccessKey = 'not-a-secret-of-anybody';
const readyWithinMs = 20_000;

export interface S3Requests {
  readonly put: number;
  readonly get: number;
  readonly other: number;
}

/** versitygw on loopback, whose buckets are folders; it counts its requests. It never outlives this process. */
export class S3Server {
  readonly port: number;
  readonly #folder: string;
  readonly #log: string;
  readonly #start: () => ServerProcess;
  #server: ServerProcess | undefined;
  #buckets = 0;

  private constructor(port: number, folder: string, start: () => ServerProcess) {
    this.port = port;
    this.#folder = folder;
    this.#log = join(folder, 'access.log');
    this.#start = start;
  }

  static async start(parent: string, onProgress: (line: string) => void): Promise<S3Server> {
    const binary = await findVersitygw(onProgress);
    const folder = await mkdtemp(join(parent, 's3-'));
    await mkdir(join(folder, 'buckets'));
    const port = await freePort();
    const keys = { ROOT_ACCESS_KEY: s3AccessKeyId, ROOT_SECRET_KEY: s3SecretAccessKey };
    const place = ['posix', join(folder, 'buckets')];
    const listen = [
      '--port',
      `127.0.0.1:${port}`,
      '--keep-alive',
      '--quiet',
      '--access-log',
      join(folder, 'access.log'),
    ];
    const server = new S3Server(
      port,
      folder,
      () => new ServerProcess(binary, [...listen, ...place], { ...process.env, ...keys }),
    );
    await server.restart();
    return server;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** Makes an empty one; answers with its name. A folder is a bucket. */
  async bucket(): Promise<string> {
    this.#buckets += 1;
    await mkdir(join(this.#folder, 'buckets', `bucket-${this.#buckets}`));
    return `bucket-${this.#buckets}`;
  }

  /** How far its log goes now, for `requestsSince`. */
  async mark(): Promise<number> {
    return (await stat(this.#log).catch(() => ({ size: 0 }))).size;
  }

  async requestsSince(mark: number): Promise<S3Requests> {
    const counts = { put: 0, get: 0, other: 0 };
    const lines = createInterface({ input: createReadStream(this.#log, { start: mark }) });
    for await (const line of lines) {
      if (line.includes(' s3_PutObject ')) counts.put += 1;
      else if (line.includes(' s3_GetObject ')) counts.get += 1;
      else counts.other += 1;
    }
    return counts;
  }

  /** What stands in a bucket, without the blocks of the file system. */
  async bytesIn(bucket: string): Promise<number> {
    return bytesBelow(join(this.#folder, 'buckets', bucket));
  }

  async restart(): Promise<void> {
    const server = this.#start();
    this.#server = server;
    const deadline = Date.now() + readyWithinMs;
    while (!(await listens(this.port))) {
      if (!server.running || Date.now() > deadline) throw new Error(`versitygw did not start: ${server.output}`);
      await sleep(50);
    }
  }

  async kill(): Promise<void> {
    await this.#server?.kill();
  }
}
