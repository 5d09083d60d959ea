import assert from 'node:assert/strict';
import { type BuiltEvent, compileMapping } from '../../src/feeds/mapping/compile.js';
import type { MappingConfig } from '../../src/feeds/mapping/config.js';
import { presets } from '../../src/feeds/presets/presets.js';
import type { FeedEvent, RejectedRow, Row } from '../../src/feeds/types.js';
import type { MispAttribute } from '../../src/misp/types.js';
import { type FormatInput, readFeedBytes } from './feed-reading.js';
import { mispDefaults } from './mapping.js';

export interface FeedOutcome {
  readonly events: readonly FeedEvent[];
  readonly rejected: readonly RejectedRow[];
}

/** What the events of a preset are for a file of its feed. */
export async function presetEvents(name: string, options: object, file: string | Buffer): Promise<FeedOutcome> {
  const preset = presets.get(name);
  assert.ok(preset !== undefined, `there is a preset ${name}`);
  const { format, ...mapping } = preset.parts(options);
  return mappedEvents(name, mapping, format, file);
}

/** What the events of a feed are by a mapping of its own. */
export async function mappedEvents(
  feed: string,
  config: MappingConfig,
  format: FormatInput,
  file: string | Buffer,
): Promise<FeedOutcome> {
  const mapping = compileMapping(feed, config, { misp: mispDefaults, today: '2026-11-22' });
  const { rows, rejected, error } = await readFeedBytes(file, format, { needs: mapping.needs });
  assert.equal(error, undefined);
  const groups = new Map<string, Row[]>();
  const bad: RejectedRow[] = [...rejected];
  for (const row of rows) {
    const key = mapping.keyOf(row);
    if (typeof key !== 'string') bad.push(key);
    else groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const built: readonly BuiltEvent[] = [...groups].map(([key, group]) => mapping.buildEvent(key, group));
  return {
    events: built.flatMap(({ event }) => event ?? []),
    rejected: [...bad, ...built.flatMap((outcome) => outcome.rejected)].sort((a, b) => a.row - b.row),
  };
}

/** An event in few lines: title and day, tags, an attribute a line, warnings. */
export function summary({ event, rows, warnings }: FeedEvent): readonly string[] {
  return [
    `${rows.map(({ row }) => row).join('+')} ${event.date} ${event.info}`,
    `tags ${event.Tag.map(({ name }) => name).join(', ')}`,
    ...event.Attribute.map(line),
    ...(event.Object ?? []).flatMap(({ name, Attribute }) => [
      `object ${name}`,
      ...Attribute.map((attribute) => `  ${attribute.object_relation} = ${line(attribute)}`),
    ]),
    ...warnings.map(({ row, reason }) => `warning ${row}: ${reason}`),
  ];
}

function line({ type, category, value, comment, to_ids, disable_correlation, first_seen }: MispAttribute): string {
  const flags = [
    ...(comment === '' ? [] : [`"${comment}"`]),
    ...(to_ids ? ['ids'] : []),
    ...(disable_correlation ? ['uncorrelated'] : []),
    ...(first_seen === undefined ? [] : [`from ${first_seen}`]),
  ];
  return [`${category}/${type}`, value, ...flags].join(' | ');
}
