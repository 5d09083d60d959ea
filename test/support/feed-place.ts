import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainFeed } from './feed-labs.js';
import { type MispServer, type MispServerOptions, startMispServer } from './misp-server.js';
import { mispConfig } from './soar-labs.js';
import { Workplace } from './workplace.js';

/** What a user of feeds has at the command line: a folder with lurewatch.yaml, a Temporal server and a MISP. */
export class FeedPlace {
  readonly place: Workplace;
  readonly misp: MispServer;

  private constructor(place: Workplace, misp: MispServer) {
    this.place = place;
    this.misp = misp;
  }

  static async open(options: MispServerOptions = {}): Promise<FeedPlace> {
    const misp = await startMispServer(options);
    try {
      const feeds = new FeedPlace(await Workplace.open(), misp);
      await feeds.configure({ plain: plainFeed });
      return feeds;
    } catch (error) {
      await misp.close();
      throw error;
    }
  }

  /** @param feeds as in lurewatch.yaml; `key` is the variable that has MISP's key */
  async configure(feeds: Readonly<Record<string, unknown>>, key = 'MISP_KEY'): Promise<void> {
    const config = { mailboxes: {}, misp: mispConfig(this.misp, key), feeds };
    await this.place.configure(config, { MISP_KEY: this.misp.key, WRONG_KEY: 'not-the-key-of-anybody' });
  }

  /** Writes a file beside the configuration. */
  async write(name: string, content: string | Buffer): Promise<void> {
    await writeFile(join(this.place.folder, name), content);
  }

  /** Runs the work beside a worker that has the configuration as it is now. */
  async withWorker(work: () => Promise<void>): Promise<void> {
    const worker = await this.place.worker();
    try {
      await work();
    } finally {
      worker.signal('SIGTERM');
      await worker.ended;
    }
  }

  /** All files that Lurewatch keeps. */
  async kept(): Promise<readonly string[]> {
    const all = await readdir(join(this.place.folder, 'var'), { recursive: true, withFileTypes: true }).catch(() => []);
    return all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  }

  /** What was asked of MISP since a moment that changes something there. */
  changesSince(requests: number): readonly string[] {
    const asks =
      /^\/(servers\/|users\/|events\/(index|view|restSearch)|tags(\/|$|\?)|attributes\/(restSearch|describeTypes))/;
    const since = this.misp.requests.slice(requests).map(({ method, path }) => ({ method, path }));
    return since.filter(({ method, path }) => method !== 'GET' && !asks.test(path)).map(({ path }) => path);
  }

  async close(): Promise<void> {
    await this.place.close();
    await this.misp.close();
  }
}
