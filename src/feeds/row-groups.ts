import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonLine, readJsonLines } from './json-lines.js';
import { LineFile } from './line-file.js';
import type { Row } from './types.js';

/** Rows that become one event. */
export interface RowGroup {
  readonly key: string;
  readonly rows: readonly Row[];
}

export interface RowGroupsOptions {
  /** Of text kept in memory; more goes to files. */
  readonly memoryBytes?: number;
  /** Each is read back as a whole: a thousand million bytes of rows are sixteen million in each. */
  readonly partitions?: number;
}

/** Thirty thousand rows, about. What V8 lets gather around them before it collects is several times as much. */
const defaults = { memoryBytes: 12 * 1024 * 1024, partitions: 64 } as const;

/**
 * Brings rows with an equal key together, wherever in the feed they stand, in bounded memory. A feed that fits is
 * grouped in memory and comes out in its own order. A larger one is spread over files by the hash of the key, and each
 * file is grouped for itself.
 */
export class RowGroups {
  readonly #folder: string;
  readonly #memoryBytes: number;
  readonly #partitions: readonly Partition[];
  #groups = new Map<string, Row[]>();
  #bytes = 0;
  #spilled = false;

  /** @param folder of this machine, which the caller made and removes */
  constructor(folder: string, options: RowGroupsOptions = {}) {
    this.#folder = folder;
    this.#memoryBytes = options.memoryBytes ?? defaults.memoryBytes;
    const count = options.partitions ?? defaults.partitions;
    this.#partitions = Array.from({ length: count }, (_, index) => new Partition(join(this.#folder, `rows-${index}`)));
  }

  async add(key: string, row: Row): Promise<void> {
    if (this.#spilled) {
      await this.#partitionOf(key).add(key, row);
      return;
    }
    append(this.#groups, key, row);
    this.#bytes += key.length + 2 * row.raw.length;
    if (this.#bytes > this.#memoryBytes) await this.#spill();
  }

  /** All groups, once all rows were added; a group's rows in the order in which they were. */
  async *groups(): AsyncGenerator<RowGroup> {
    for (const [key, rows] of this.#groups) yield { key, rows };
    this.#groups.clear();
    for (const partition of this.#spilled ? this.#partitions : []) {
      const groups = new Map<string, Row[]>();
      for await (const [key, row] of partition.read()) append(groups, key, row);
      for (const [key, rows] of groups) yield { key, rows };
    }
  }

  async close(): Promise<void> {
    this.#groups.clear();
    for (const partition of this.#partitions) await partition.close();
  }

  async #spill(): Promise<void> {
    this.#spilled = true;
    for (const [key, rows] of this.#groups) for (const row of rows) await this.#partitionOf(key).add(key, row);
    this.#groups = new Map();
  }

  #partitionOf(key: string): Partition {
    const index = hash('md5', key, 'buffer').readUInt32LE() % this.#partitions.length;
    const partition = this.#partitions[index];
    if (partition === undefined) throw new RangeError(`there is no partition ${index}`);
    return partition;
  }
}

const rowSchema = z.object({
  file: z.string(),
  row: z.number(),
  /** Pairs: `z.record` leaves out a column named `__proto__`. */
  fields: z.array(z.tuple([z.string(), z.union([z.string(), z.array(z.string())])])),
  raw: z.string(),
});
const keyedRow = z.tuple([z.string(), rowSchema]);

/** A file of rows, a line of JSON each. */
class Partition {
  readonly #lines: LineFile;

  constructor(path: string) {
    this.#lines = new LineFile(path);
  }

  async add(key: string, row: Row): Promise<void> {
    await this.#lines.add(jsonLine([key, { ...row, fields: Object.entries(row.fields) }]));
  }

  async *read(): AsyncGenerator<readonly [string, Row]> {
    const path = await this.#lines.end();
    if (path === undefined) return;
    for await (const [key, row] of readJsonLines(keyedRow, createReadStream(path))) {
      yield [key, { ...row, fields: Object.fromEntries(row.fields) }];
    }
  }

  async close(): Promise<void> {
    await this.#lines.end();
  }
}

function append(groups: Map<string, Row[]>, key: string, row: Row): void {
  const rows = groups.get(key);
  if (rows === undefined) groups.set(key, [row]);
  else rows.push(row);
}
