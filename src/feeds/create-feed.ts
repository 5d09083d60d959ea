import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { SecretRef } from '../config/fields.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Secret } from '../config/secret.js';
import { secretRefs } from '../config/secrets.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { MispEventConfig } from '../misp/config.js';
import type { FeedConfig } from './config.js';
import { feedDefinition } from './definition.js';
import type { Feed } from './feed.js';
import { compileAsIs } from './mapping/as-is.js';
import { compileMapping } from './mapping/compile.js';
import { partPath, type Withheld } from './part-path.js';
import { createFeedSource } from './sources/create-feed-source.js';

type Secrets = (ref: SecretRef, place: string) => Secret;

/**
 * The feed that the configuration describes. Connects to nothing yet.
 * @param secrets gives the value of a secret; `place` is where the configuration refers to it
 * @param baseFolder the folder that relative paths start from: that of the configuration file
 * @param withheld what it may not read in place of its source: `withheldBy`
 * @throws LW_CONFIG_INVALID, LW_FEED_MAPPING
 */
export function createFeed(
  name: string,
  config: FeedConfig,
  misp: MispEventConfig,
  secrets: Secrets,
  baseFolder: string,
  withheld: Withheld,
): Feed {
  const definition = feedDefinition(config);
  if (definition === undefined) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the feed is not complete', { where: `feeds.${name}` });
  }
  const { format, mapping, asIs, columns } = definition;
  const { source } = config;
  const { maxBytes, maxUnpackedBytes } = source;
  const pattern = source.kind === 'path' ? source.path : undefined;
  return {
    name,
    config,
    source: createFeedSource(name, source, secrets, baseFolder, format.kind),
    part: async (named) => {
      const whole = await partPath(`feeds.${name}`, named, { baseFolder, pattern, withheld });
      // Its rows are named by this, as those of the source: from the folder of the configuration.
      const inside = relative(await realpath(baseFolder), whole);
      const path = inside.startsWith('..') ? whole : inside;
      return createFeedSource(name, { kind: 'path', path, maxBytes, maxUnpackedBytes }, secrets, baseFolder);
    },
    format,
    asIs,
    adopts: asIs && format.kind === 'misp' && format.adopt,
    mapping: () => (asIs ? compileAsIs(name, misp) : compileMapping(name, mapping, { columns, misp })),
    maxUnpackedBytes,
    beside: (file) => (pattern === undefined ? undefined : resolve(baseFolder, file)),
  };
}

/** Of the whole configuration: its store, itself, and the files that hold its secrets. */
export function withheldBy({ config, path, resolve: inBaseFolder }: LoadedConfig): Withheld {
  const secrets = secretRefs(config).flatMap(({ ref }) => ('file' in ref ? [inBaseFolder(ref.file)] : []));
  const storeFolder = config.store.kind === 'file' ? inBaseFolder(config.store.path) : undefined;
  return { storeFolder, files: [path, ...secrets] };
}
