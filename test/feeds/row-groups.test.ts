import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RowGroups, type RowGroupsOptions } from '../../src/feeds/row-groups.js';
import type { Row } from '../../src/feeds/types.js';
import { inFolder } from '../support/folder.js';

function row(number: number, key: string): Row {
  return { file: 'feed.csv', row: number, fields: { key, list: [key, '\u2028'] }, raw: `${number},${key}\u2028,"\n"` };
}

async function grouped(keys: readonly string[], options: RowGroupsOptions): Promise<readonly [string, Row[]][]> {
  return inFolder(async (folder) => {
    const groups = new RowGroups(folder, options);
    try {
      for (const [index, key] of keys.entries()) await groups.add(key, row(index + 1, key));
      const found: [string, Row[]][] = [];
      for await (const { key, rows } of groups.groups()) found.push([key, [...rows]]);
      return found;
    } finally {
      await groups.close();
    }
  });
}

describe('rows grouped by their key', () => {
  it('come out in the order of the feed while they fit into memory', async () => {
    const found = await grouped(['b', 'a', 'b', 'c'], {});
    assert.deepEqual(
      found.map(([key, rows]) => [key, rows.map(({ row }) => row)]),
      [
        ['b', [1, 3]],
        ['a', [2]],
        ['c', [4]],
      ],
    );
  });

  it('are the same groups, rows unchanged and in their order, where they do not fit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 3, unit: 'binary' }), { maxLength: 60 }), async (keys) => {
        const [inMemory, inFiles] = [await grouped(keys, {}), await grouped(keys, { memoryBytes: 100, partitions: 3 })];
        assert.deepEqual(new Map(inFiles), new Map(inMemory));
        assert.equal(inFiles.length, inMemory.length);
      }),
      { numRuns: 40 },
    );
  });

  it('keep columns of any name, in files as in memory, and make no prototype of one', async () => {
    const fields: unknown = JSON.parse('{"__proto__":"one","constructor":"two","toString":["three"]}');
    for (const options of [{}, { memoryBytes: 0, partitions: 2 }]) {
      await inFolder(async (folder) => {
        const groups = new RowGroups(folder, options);
        await groups.add('a', { ...row(1, 'a'), fields: fields as Row['fields'] });
        for await (const { rows } of groups.groups()) {
          assert.equal(JSON.stringify(rows[0]?.fields), JSON.stringify(fields));
          assert.equal(Object.getPrototypeOf(rows[0]?.fields), Object.prototype);
        }
        await groups.close();
      });
    }
    assert.equal('one' in {}, false);
  });

  it('leave nothing open, and no file where none was needed', async () => {
    await inFolder(async (folder) => {
      const groups = new RowGroups(folder);
      await groups.add('a', row(1, 'a'));
      await groups.close();
      assert.deepEqual(await readdir(folder), []);
    });
  });
});
