import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedSchema } from '../../src/feeds/config.js';
import { createFeed } from '../../src/feeds/create-feed.js';
import type { Feed } from '../../src/feeds/feed.js';
import { readRows } from '../../src/feeds/formats/read-rows.js';
import { readFeed } from '../../src/feeds/read-feed.js';
import { type FeedFile, isRejected, type RejectedRow } from '../../src/feeds/types.js';
import { unpack } from '../../src/feeds/unpack/unpack.js';
import { mispServerSchema } from '../../src/misp/config.js';
import type { FileKind } from './feed-files.js';

export interface ReadCounts {
  readonly rows: number;
  /** Absent where rows were only read. */
  readonly events?: number;
}

/**
 * Reads a file as an import does, and throws away what comes out.
 * @param mode `rows`: reads it; `events`: maps its rows too, and brings those of a key together
 * @throws where a row is rejected, or an attribute left out
 */
export async function readFile(mode: 'rows' | 'events', path: string, config: FileKind['feed']): Promise<ReadCounts> {
  const misp = mispServerSchema.parse({ url: 'https://misp.example', key: { env: 'NONE' } });
  const feed = createFeed('bench', feedSchema.parse({ ...config, source: path }), misp, noSecret, '/', {
    storeFolder: undefined,
    files: [],
  });
  const file: FeedFile = { name: path, path, sizeBytes: (await stat(path)).size, sha256: '' };
  return mode === 'rows' ? rowsOf(feed, file) : eventsOf(feed, file);
}

async function rowsOf({ format, maxUnpackedBytes }: Feed, file: FeedFile): Promise<ReadCounts> {
  const { signal } = new AbortController();
  let rows = 0;
  for (const stream of await unpack(file, { maxUnpackedBytes }, signal)) {
    for await (const read of readRows(stream, format, { signal })) {
      for (const row of read) {
        if (isRejected(row)) refuse(row);
        rows += 1;
      }
    }
  }
  return { rows };
}

async function eventsOf(feed: Feed, file: FeedFile): Promise<ReadCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-feed-'));
  let rows = 0;
  let events = 0;
  try {
    const read = readFeed({
      ...{ files: [file], format: feed.format, mapping: feed.mapping(), folder },
      ...{ maxUnpackedBytes: feed.maxUnpackedBytes, signal: new AbortController().signal },
      onRejected: async (row) => refuse(row),
      onProblem: (error) => {
        throw error;
      },
      onHead: () => undefined,
      onProgress: (read) => {
        rows = read;
      },
    });
    for await (const { warnings } of read) {
      if (warnings[0] !== undefined) throw new Error(`row ${warnings[0].row}: ${warnings[0].reason}`);
      events += 1;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { rows, events };
}

function refuse({ row, reason }: RejectedRow): never {
  throw new Error(`row ${row} was rejected: ${reason}`);
}

function noSecret(): never {
  throw new Error('a file needs no secret');
}
