import assert from 'node:assert/strict';
import { z } from 'zod';
import { type BuiltEvent, type CompiledMapping, compileMapping } from '../../src/feeds/mapping/compile.js';
import { mappingShape } from '../../src/feeds/mapping/config.js';
import type { FeedEvent, Row } from '../../src/feeds/types.js';
import { type MispEventConfig, mispServerSchema } from '../../src/misp/config.js';

const mappingSchema = z.strictObject(mappingShape);
export type MappingInput = z.input<typeof mappingSchema>;

/** What MISP events are where a mapping is silent, by default. */
export const mispDefaults: MispEventConfig = mispServerSchema.parse({
  url: 'https://misp.example',
  key: { env: 'MISP_KEY' },
});

/** A mapping as it stands in lurewatch.yaml, compiled for the feed `test`. */
export function compiled(
  mapping: MappingInput | Readonly<Record<string, unknown>>,
  columns?: readonly string[],
): CompiledMapping {
  return compileMapping('test', mappingSchema.parse(mapping), { columns, misp: mispDefaults, today: '2026-11-22' });
}

export function row(fields: Row['fields'], number = 1): Row {
  return { file: 'feed.tsv', row: number, fields, raw: Object.values(fields).join('\t') };
}

/** What rows of one key become. */
export function build(mapping: CompiledMapping, ...rows: readonly [Row, ...Row[]]): BuiltEvent {
  const key = mapping.keyOf(rows[0]);
  assert.ok(typeof key === 'string', 'the row has a key');
  return mapping.buildEvent(key, rows);
}

/** The same where every row is good. */
export function buildGood(mapping: CompiledMapping, ...rows: readonly [Row, ...Row[]]): FeedEvent {
  const { event, rejected } = build(mapping, ...rows);
  assert.deepEqual(rejected, []);
  assert.ok(event !== undefined);
  return event;
}
