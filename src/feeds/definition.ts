import { jsonSchemaOf } from '../config/json-schema.js';
import { type Mistake, mistakesFromIssues } from '../config/mistakes.js';
import { didYouMean, nearest } from '../config/nearest.js';
import type { MispEventConfig } from '../misp/config.js';
import type { FeedConfig } from './config.js';
import type { FormatConfig } from './formats/config.js';
import { mappingMistakes } from './mapping/compile.js';
import { type MappingConfig, mappingShape } from './mapping/config.js';
import { type KnownPreset, presets } from './presets/presets.js';
import { namesMispFeed } from './sources/config.js';

/** What a feed is made of, once its preset and what stands beside it in the configuration are put together. */
export interface FeedDefinition {
  readonly format: FormatConfig;
  readonly mapping: MappingConfig;
  /** Its rows are MISP events, and are imported as they are: the mapping says nothing of them. */
  readonly asIs: boolean;
  /** The columns of its rows, where they are known. */
  readonly columns: readonly string[] | undefined;
}

/** The definition of a feed; undefined: it has mistakes. */
export function feedDefinition(config: FeedConfig): FeedDefinition | undefined {
  const preset = config.preset === undefined ? undefined : presets.get(config.preset);
  if (preset === undefined && config.preset !== undefined) return undefined;
  const options = config.options ?? {};
  if (preset?.options.safeParse(options).success === false) return undefined;
  const { format: presetFormat, ...presetMapping } = preset?.parts(options) ?? {};
  const format = config.format ?? presetFormat;
  if (format === undefined) return undefined;
  // What stands in the configuration replaces its part of the preset as a whole.
  const mapping: MappingConfig = { ...presetMapping, ...mappingOf(config) };
  const asIs = format.kind === 'misp' && eventParts.every((part) => mapping[part] === undefined);
  return { format, mapping, asIs, columns: columnsOf(format) };
}

const eventParts = ['event', 'attributes', 'objects'] as const;

/** Every mistake in the parts of a feed, with paths inside of it. */
export function definitionMistakes(config: FeedConfig, misp: MispEventConfig): readonly Mistake[] {
  const { preset: name, options = {}, format } = config;
  const preset = name === undefined ? undefined : presets.get(name);
  if (name !== undefined && preset === undefined) return [unknownPreset(name)];
  if (preset === undefined) {
    const lonely: readonly Mistake[] =
      config.options === undefined
        ? []
        : [{ path: ['options'], of: 'key', reason: 'are those of a preset, and none is named' }];
    if (format !== undefined) return [...lonely, ...mistakesOfMapping(config, misp)];
    return [...lonely, { path: [], of: 'key', reason: 'needs a `preset`, or a `format` and what its rows become' }];
  }
  return [...mistakesOfOptions(preset, options), ...mistakesOfMapping(config, misp)];
}

function unknownPreset(name: string): Mistake {
  const names = [...presets.keys()];
  const advice = didYouMean(nearest(name, names));
  const reason = `there is no preset \`${name}\`${advice} (there are: ${names.join(', ')})`;
  return { path: ['preset'], of: 'value', reason };
}

function mistakesOfOptions(preset: KnownPreset, options: Readonly<Record<string, unknown>>): readonly Mistake[] {
  const issues = preset.options.safeParse(options).error?.issues ?? [];
  return mistakesFromIssues(issues, options, jsonSchemaOf(preset.options)).map((mistake) => ({
    ...mistake,
    path: ['options', ...mistake.path],
  }));
}

function mistakesOfMapping(config: FeedConfig, misp: MispEventConfig): readonly Mistake[] {
  const definition = feedDefinition(config);
  if (definition === undefined) return [];
  const { format, mapping, asIs, columns } = definition;
  if (asIs) {
    const reason = 'means nothing where events are imported as they are, without `event` and `attributes`';
    return Object.keys(mapping).map((key) => ({ path: [key], of: 'key', reason }));
  }
  const mistakes = mappingMistakes(mapping, { columns, misp }).map(
    ({ path, reason }): Mistake => ({ path, of: 'value', reason }),
  );
  if (format.kind !== 'misp') return mistakes;
  return [...mistakes, ...mistakesOfGroups(config, mapping), ...(format.adopt ? [uselessAdopt] : [])];
}

const uselessAdopt: Mistake = {
  path: ['format', 'adopt'],
  of: 'key',
  reason: 'means nothing beside `event` and `attributes`: such events have UUIDs of their own',
};

/** Of a feed of MISP at an address only what changed is fetched: its events must not become one with others. */
function mistakesOfGroups({ source }: FeedConfig, { groupBy }: MappingConfig): readonly Mistake[] {
  if (source.kind !== 'url' || !namesMispFeed(source.url)) return [];
  if (groupBy?.length === 1 && groupBy[0] === 'uuid') return [];
  const reason = 'must be [uuid] for a feed of MISP at an address, of which only what changed is fetched';
  return [{ path: ['groupBy'], of: 'value', reason }];
}

function mappingOf(config: FeedConfig): MappingConfig {
  const own = Object.entries(config).filter(([key, value]) => key in mappingShape && value !== undefined);
  return Object.fromEntries(own);
}

function columnsOf(format: FormatConfig): readonly string[] | undefined {
  return 'header' in format && Array.isArray(format.header) ? format.header : undefined;
}
