import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { ImportFeedInput, ImportFeedResult } from '../../src/workflows/feed-types.js';
import type { Lab, Site } from './lab.js';
import { type MispServer, type MispServerOptions, startMispServer } from './misp-server.js';
import { mispConfig } from './soar-labs.js';

/** A comma-separated feed of `name`, `url` and `seen`, an event a row. */
export const plainFeed = {
  source: './feed.csv',
  format: { kind: 'csv' },
  groupBy: ['name'],
  event: { info: 'Seen: {name}', date: '{seen}', tags: ['plain'], tlp: 'none' },
  attributes: [{ type: 'url', value: '{url}', comment: 'Address' }],
} as const;

export interface PlainRow {
  readonly name: string;
  readonly url?: string;
  readonly seen?: string;
}

export function plainCsv(rows: readonly PlainRow[]): string {
  return ['name,url,seen\n', ...rows.map(plainLine)].join('');
}

function plainLine({ name, url, seen = '2026-03-01' }: PlainRow): string {
  return `${name},${url ?? `https://${name}.example/`},${seen}\n`;
}

/** `row-1`, `row-2` and so on. */
export function plainRows(count: number): readonly PlainRow[] {
  return Array.from({ length: count }, (_, index) => ({ name: `row-${index + 1}` }));
}

/** A laboratory whose feeds go to a MISP. */
export class FeedLab {
  readonly lab: Lab;
  readonly misp: MispServer;
  #imports = 0;

  constructor(lab: Lab, misp: MispServer) {
    this.lab = lab;
    this.misp = misp;
  }

  /** Writes a file beside the configuration. */
  async write(name: string, content: string | Buffer): Promise<void> {
    await writeFile(join(this.lab.folder, name), content);
  }

  async start(feed = 'plain', input: Partial<ImportFeedInput> = {}): Promise<WorkflowHandle> {
    this.#imports += 1;
    return this.lab.site.temporal.client.workflow.start('importFeed', {
      taskQueue: this.lab.taskQueue,
      workflowId: `${this.lab.taskQueue}-import-${this.#imports}`,
      args: [{ feed, ...input }],
    });
  }

  async import(feed = 'plain', input: Partial<ImportFeedInput> = {}): Promise<ImportFeedResult> {
    return (await this.start(feed, input)).result() as Promise<ImportFeedResult>;
  }

  /** What imports have put aside in the store. */
  async spooled(): Promise<readonly string[]> {
    return (await this.lab.store()).list('spool/');
  }

  /** What MISP holds, by the title of each event. */
  get titles(): readonly string[] {
    return [...this.misp.events.values()].map(({ info }) => info).sort();
  }
}

/** @param feeds as in lurewatch.yaml; by default `plain` */
export async function withFeeds(
  site: Site,
  work: (lab: FeedLab) => Promise<void>,
  {
    feeds = { plain: plainFeed },
    server,
  }: { readonly feeds?: Readonly<Record<string, unknown>>; readonly server?: MispServerOptions } = {},
): Promise<void> {
  const misp = await startMispServer(server);
  try {
    const secrets = { MISP_KEY: misp.key, WRONG_KEY: 'not-the-key-of-anybody' };
    const options = { targets: {}, mailboxes: {}, secrets, misp: mispConfig(misp, 'MISP_KEY'), feeds };
    await site.lab(options, (lab) => work(new FeedLab(lab, misp)));
  } finally {
    await misp.close();
  }
}
