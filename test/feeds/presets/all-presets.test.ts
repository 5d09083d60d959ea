import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { mappingMistakes } from '../../../src/feeds/mapping/compile.js';
import { presets } from '../../../src/feeds/presets/presets.js';
import { checkValue } from '../../../src/misp/check-value.js';
import { mispDefaults } from '../../support/mapping.js';
import { presetEvents } from '../../support/preset-events.js';
import { feodoJson, presetFiles, threatfoxJson, urlhausJson } from '../../support/preset-files.js';

/** Each option on its own with each of its values, as far as they can be counted. */
function variants(options: z.ZodType): readonly Readonly<Record<string, unknown>>[] {
  const { properties = {} } = z
    .object({ properties: z.record(z.string(), z.object({ type: z.string(), enum: z.array(z.string()).optional() })) })
    .partial()
    .parse(z.toJSONSchema(options, { io: 'input' }));
  return Object.entries(properties).flatMap(([name, { type, enum: words }]) => {
    const values: readonly unknown[] = words ?? (type === 'boolean' ? [true, false] : [0, 50, 100]);
    return values.map((value) => ({ [name]: value }));
  });
}

for (const [name, preset] of presets) {
  test(`${name}: no option makes a mapping with a mistake, and each has a description and a default`, () => {
    for (const options of [{}, ...variants(preset.options)]) {
      const { format, ...mapping } = preset.parts(options);
      const columns = 'header' in format && Array.isArray(format.header) ? format.header : undefined;
      assert.deepEqual(mappingMistakes(mapping, { columns, misp: mispDefaults }), [], JSON.stringify(options));
    }
    assert.equal(preset.name, name);
    assert.match(preset.documentation, /^https:\/\//);
  });
}

test('every preset has a sample here, but `ransomwatch`, which has a test of its own', () => {
  const sampled = new Set(presetFiles.map(([preset]) => preset));
  assert.deepEqual(
    [...presets.keys()].filter((name) => !sampled.has(name)),
    ['ransomwatch'],
  );
});

test('every attribute of every preset is as MISP stores it', async () => {
  let checked = 0;
  for (const [preset, options, file] of presetFiles) {
    const { events } = await presetEvents(preset, options, file);
    assert.ok(events.length > 0, `${preset} ${JSON.stringify(options)}`);
    for (const { event } of events) {
      const attributes = [...event.Attribute, ...(event.Object ?? []).flatMap((object) => object.Attribute)];
      assert.ok(attributes.length > 0, event.info);
      for (const { type, category, value } of attributes) {
        assert.deepEqual(checkValue(type, category, value), { value });
        checked += 1;
      }
    }
  }
  assert.ok(checked > 100);
});

test('`last_seen` is taken where it is asked for, and is never before `first_seen`', async () => {
  const lastSeen = async (preset: string, options: object, file: string) => {
    const { events } = await presetEvents(preset, options, file);
    return events.flatMap(({ event }) => event.Attribute.flatMap(({ last_seen }) => last_seen ?? []));
  };
  assert.deepEqual(await lastSeen('urlhaus', { format: 'json' }, urlhausJson), []);
  assert.deepEqual(await lastSeen('urlhaus', { format: 'json', lastSeen: true }, urlhausJson), [
    '2026-03-02T00:06:06.000000+00:00',
  ]);
  assert.deepEqual(await lastSeen('feodo-tracker', { lastSeen: true }, feodoJson), [
    '2026-03-02T00:00:00.000000+00:00',
  ]);
  assert.deepEqual(await lastSeen('threatfox', {}, threatfoxJson), ['2026-03-01T12:00:00.000000+00:00']);
});

test('every preset is in docs/feeds.md, with every option and its default', async () => {
  const page = await readFile(new URL('../../../../docs/feeds.md', import.meta.url), 'utf8');
  for (const [name, preset] of presets) {
    const section = page.split(/^### /m).find((text) => text.startsWith(`\`${name}\``));
    assert.ok(section !== undefined, `docs/feeds.md has no section ### \`${name}\``);
    assert.ok(section.includes(preset.documentation), `${name} links its documentation`);
    const defaults = z.record(z.string(), z.unknown()).parse(preset.options.parse({}));
    for (const [option, value] of Object.entries(defaults)) {
      assert.ok(section.includes(`| \`${option}\` | \`${String(value)}\` |`), `${name}: ${option} ${String(value)}`);
    }
  }
});
